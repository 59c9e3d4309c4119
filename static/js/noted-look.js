// <noted-look data-action="/approvals/a1/looks" data-revision="2">: notes that this page was looked at.
class NotedLook extends HTMLElement {
  connectedCallback() {
    const { action, revision } = this.dataset;
    const token = document.querySelector("[name=csrf_token]")?.value ?? "";
    const body = new URLSearchParams({ revision, csrf_token: token });
    fetch(action, { method: "POST", body, keepalive: true }).catch(() => {});
  }
}

customElements.define("noted-look", NotedLook);

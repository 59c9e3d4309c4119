"""Somebody without a mouse: Tab, arrows, Enter, and the letters of the keyboard."""

from datetime import date

from playwright.sync_api import Locator, expect

from tests.journeys.seat import Seat

_MOST_STOPS = 150

# Whether the focus is on this element, and whether people see where it is: something is drawn
# around it, it is on the screen, and nothing lies over it. Scrolling there takes a frame or two.
_FOCUS = """async wanted => {
  for (let n = 0; n < 2; n++) await new Promise(requestAnimationFrame);
  const at = document.activeElement;
  // Where a swap puts the focus to be read from, nothing is to be pressed and nothing is drawn.
  if (at.matches("body, [tabindex='-1']")) return { here: false, fault: "" };
  const style = getComputedStyle(at);
  const drawn = at.type === "date" // the browser draws around its parts
    || style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const box = at.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const x = Math.min(Math.max((box.left + box.right) / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max((box.top + box.bottom) / 2, 1), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  const own = [at, ...at.labels ?? []];
  const free = Boolean(top) && (own.some(one => one.contains(top)) || top.contains(at));
  const name = `${at.tagName} ${at.id} ${(at.innerText || at.name || "").slice(0, 40)}`;
  const said = !drawn ? "no outline" : !inside ? "off the screen" : !free ? "covered" : "";
  return { here: at === wanted, fault: said && `${name}: ${said}` };
}"""


class KeyboardSeat(Seat):
    """The same person with the keyboard alone; every stop of the focus has to be seen."""

    def press(self, name: str) -> None:
        """Go to the button and press Enter."""
        self.enter(self.button(name))

    def follow(self, name: str) -> None:
        """Go to the link and press Enter."""
        self.enter(self.link(name))

    def enter(self, wanted: Locator) -> None:
        """Go there and press Enter."""
        self._go_to(wanted)
        self.page.keyboard.press("Enter")

    def type_into(self, wanted: Locator, text: str) -> None:
        """Go to the field, type over what stands there, and go on."""
        self._go_to(wanted)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Tab")

    def choose(self, name: str) -> None:
        """Go into the list, and on with the arrow until the choice has come."""
        radio = self.page.get_by_role("radio", name=name, exact=True)
        group = self.page.locator(f'[name="{radio.get_attribute("name")}"]')
        chosen = group.and_(self.page.locator(":checked"))
        self._go_to(chosen if chosen.count() else group.first)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name} cannot be chosen with the arrows")

    def toggle(self, name: str) -> None:
        """Go to the checkbox and press Space."""
        box = self.page.get_by_role("checkbox", name=name)
        before = box.is_checked()
        self._go_to(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked(checked=not before)

    def pick(self, label: str, option: str) -> None:
        """Go to the select and type how the option begins."""
        field = self.field(label)
        self._go_to(field)
        self.page.keyboard.type(option)
        expect(field.locator("option:checked")).to_have_text(option)

    def date(self, label: str, day: date) -> None:
        """Go to the date and type its parts, in the order that the browser's own language has."""
        self._go_to(self.field(label))
        for order in ("%m%d%Y", "%d%m%Y"):
            self.page.keyboard.type(day.strftime(order))
            if self.field(label).input_value() == day.isoformat():
                return
            for _part in range(3):
                self.page.keyboard.press("Delete")
                self.page.keyboard.press("ArrowLeft")
        raise AssertionError(f"{day} cannot be typed into {label}")

    def _go_to(self, wanted: Locator) -> None:
        """Tab until the focus is there; where it stands already, as after a swap, stay."""
        expect(wanted).to_be_visible()
        for _ in range(_MOST_STOPS):
            state = wanted.evaluate(_FOCUS)
            assert not state["fault"], f"on {self.path}, {state['fault']}"
            if state["here"]:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"on {self.path}, Tab never comes to {wanted}")

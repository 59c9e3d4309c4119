// The certified `openid-client`, at the provider of the demo.
//
//   node client.mjs ISSUER CLIENT_ID SECRET REDIRECT_URI POST_LOGOUT_URI PERSON
//
// Prints one JSON document: what became of each thing that a client does, and of what it must not.
import * as oidc from 'openid-client';

const [issuer, clientId, secret, redirectUri, logoutUri, person] = process.argv.slice(2);
const said = {};

async function refusal(act) {
  try {
    await act();
    return 'accepted';
  } catch (error) {
    const challenge = Array.isArray(error.cause) ? error.cause[0]?.parameters : error.cause;
    return error.error ?? challenge?.error ?? error.code ?? error.message;
  }
}

function connect(withSecret = secret) {
  return oidc.discovery(new URL(issuer), clientId, withSecret, oidc.ClientSecretBasic(withSecret), {
    execute: [oidc.allowInsecureRequests],
  });
}

async function ask(config, changes = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const kept = { verifier, state: oidc.randomState(), nonce: oidc.randomNonce() };
  const parameters = {
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: kept.state,
    nonce: kept.nonce,
    ...changes,
  };
  for (const name of Object.keys(parameters)) if (parameters[name] === null) delete parameters[name];
  return { ...kept, address: oidc.buildAuthorizationUrl(config, parameters) };
}

// The page of the provider, and the press on a person.
async function choose(address) {
  const page = await fetch(address, { redirect: 'manual' });
  if (page.status !== 200) return new URL(page.headers.get('location') ?? 'about:blank');
  const cookie = (page.headers.getSetCookie() ?? []).map((one) => one.split(';')[0]).join('; ');
  const token = /name="csrf_token" value="([^"]+)"/.exec(await page.text())[1];
  const reply = await fetch(address, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: new URL(issuer).origin },
    body: new URLSearchParams({ person, csrf_token: token }),
  });
  return new URL(reply.headers.get('location'));
}

function redeem(config, back, asked, checks = {}) {
  return oidc.authorizationCodeGrant(config, back, {
    pkceCodeVerifier: asked.verifier,
    expectedState: asked.state,
    expectedNonce: asked.nonce,
    idTokenExpected: true,
    ...checks,
  });
}

const config = await connect();
const server = config.serverMetadata();
said.discovery = server.issuer;
said.pkce = server.supportsPKCE();
said.issuerParameter = server.authorization_response_iss_parameter_supported;

const asked = await ask(config);
const back = await choose(asked.address);
const tokens = await redeem(config, back, asked);
const claims = tokens.claims();
said.audience = claims.aud;
said.proof = Number.isInteger(claims.auth_time);
said.email = (await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)).email;
said.person = claims.sub;

said.otherSubject = await refusal(() => oidc.fetchUserInfo(config, tokens.access_token, 'other'));
// A code that is used twice was stolen once: what it was redeemed for ends as well.
said.codeTwice = await refusal(() => redeem(config, back, asked));
said.tokenAfterwards = await refusal(() => oidc.fetchUserInfo(config, tokens.access_token, claims.sub));
said.badToken = await refusal(() => oidc.fetchUserInfo(config, 'nonsense', claims.sub));

const another = await ask(config);
const anotherBack = await choose(another.address);
said.wrongVerifier = await refusal(
  () => redeem(config, anotherBack, another, { pkceCodeVerifier: oidc.randomPKCECodeVerifier() }),
);

const third = await ask(config);
const thirdBack = await choose(third.address);
const stranger = await connect('another secret');
said.wrongSecret = await refusal(() => redeem(stranger, thirdBack, third));

const aged = await ask(config, { max_age: '60' });
said.maxAge = await refusal(async () => redeem(config, await choose(aged.address), aged, { maxAge: 60 }));

for (const [name, changes] of Object.entries({
  noChallenge: { code_challenge: null, code_challenge_method: null },
  plainChallenge: { code_challenge_method: 'plain' },
  noNonce: { nonce: null },
  implicit: { response_type: 'id_token' },
  noOpenid: { scope: 'profile' },
})) {
  const wrong = await ask(config, changes);
  const reply = await choose(wrong.address);
  said[name] = reply.searchParams.get('error') ?? reply.hash ?? reply.href;
}

const elsewhere = await ask(config, { redirect_uri: 'https://evil.example/' });
said.otherAddress = (await fetch(elsewhere.address, { redirect: 'manual' })).status;

const leave = oidc.buildEndSessionUrl(config, {
  post_logout_redirect_uri: logoutUri, id_token_hint: tokens.id_token, state: 'out',
});
const left = await fetch(leave, { redirect: 'manual' });
said.signedOut = left.headers.get('location');
leave.searchParams.set('post_logout_redirect_uri', 'https://evil.example/');
said.signedOutElsewhere = (await fetch(leave, { redirect: 'manual' })).headers.get('location');

console.log(JSON.stringify(said));

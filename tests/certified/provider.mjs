// The certified `oidc-provider`, as the provider of a desk that is tested.
//
//   node provider.mjs PORT REDIRECT_URI POST_LOGOUT_URI CLIENT_ID SECRET
//
// Prints `ready` once it listens. Whoever a form names is signed in. `POST /lie?kind=...` makes it
// spoil the ID tokens that follow, with its own key where the kind does not say otherwise.
import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { Provider } from 'oidc-provider';

const [port, redirectUri, logoutUri, clientId, secret] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const strange = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const now = () => Math.floor(Date.now() / 1000);

const provider = new Provider(issuer, {
  clients: [{
    client_id: clientId,
    client_secret: secret,
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [logoutUri],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
  }],
  jwks: { keys: [{ ...ours.export({ format: 'jwk' }), kid: 'ours', use: 'sig', alg: 'RS256' }] },
  cookies: { keys: ['for tests only'] },
  pkce: { required: () => true },
  acrValues: ['pwd', 'mfa'],
  claims: { openid: ['sub', 'groups'], acr: null, profile: ['name'], email: ['email', 'email_verified'] },
  // Only the groups go into the ID token; name and e-mail are told at the userinfo endpoint.
  conformIdTokenClaims: true,
  features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 600, IdToken: 300, Interaction: 600, Session: 600 },
  findAccount: async (_ctx, sub) => ({
    accountId: sub,
    claims: async () => ({
      sub, name: sub, email: `${sub}@acme.example`, email_verified: true, groups: groups[sub] ?? [],
    }),
  }),
});

const groups = {};
let lie = '';
let earlier = '';

const forged = {
  audience: (claims) => ({ ...claims, aud: 'somebody-else' }),
  'audience with azp': (claims) => ({ ...claims, aud: 'somebody-else', azp: clientId }),
  issuer: (claims) => ({ ...claims, iss: 'https://evil.example' }),
  nonce: (claims) => ({ ...claims, nonce: 'of another sign-in' }),
  'no nonce': ({ nonce: _nonce, ...claims }) => claims,
  expired: (claims) => ({ ...claims, iat: now() - 7200, exp: now() - 3600 }),
  'no expiry': ({ exp: _exp, ...claims }) => claims,
  subject: (claims) => ({ ...claims, sub: 'ada' }),
  'old proof': (claims) => ({ ...claims, auth_time: now() - 3600 }),
  'no proof': ({ auth_time: _time, ...claims }) => claims,
};

async function spoil(token) {
  const claims = decodeJwt(token);
  const { kid } = decodeProtectedHeader(token);
  if (lie === 'missing') return undefined;
  if (lie === 'replayed') return earlier;
  if (lie === 'unsigned') return new UnsecuredJWT(claims).encode();
  if (lie === 'our secret') {
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
  }
  if (lie === 'changed') {
    const [head, , signature] = token.split('.');
    const body = Buffer.from(JSON.stringify({ ...claims, sub: 'ada' })).toString('base64url');
    return `${head}.${body}.${signature}`;
  }
  const key = lie === 'stranger' ? strange : ours;
  const changed = forged[lie] ? forged[lie](claims) : claims;
  return new SignJWT(changed).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
}

async function interact(ctx) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
  if (ctx.method === 'GET') {
    ctx.body = { prompt: prompt.name, reasons: prompt.reasons, acr_values: params.acr_values };
    return;
  }
  let result;
  if (ctx.query.refuse) {
    result = { error: 'access_denied', error_description: 'The person refused.' };
  } else if (prompt.name === 'login') {
    result = { login: { accountId: ctx.query.login, acr: ctx.query.acr, remember: true } };
  } else {
    const grant = (grantId && await provider.Grant.find(grantId))
      || new provider.Grant({ accountId: session.accountId, clientId });
    grant.addOIDCScope(params.scope);
    result = { consent: { grantId: await grant.save() } };
  }
  const next = await provider.interactionResult(ctx.req, ctx.res, result);
  ctx.redirect(next);
}

provider.use(async (ctx, next) => {
  if (ctx.path === '/lie') {
    lie = ctx.query.kind ?? '';
    ctx.body = lie;
    return;
  }
  if (ctx.path === '/groups') {
    groups[ctx.query.person] = (ctx.query.of ?? '').split(',').filter(Boolean);
    ctx.body = groups;
    return;
  }
  if (ctx.path.startsWith('/interaction/')) {
    await interact(ctx);
    return;
  }
  await next();
  if (ctx.path === '/token' && ctx.body?.id_token) {
    const told = ctx.body.id_token;
    if (lie) ctx.body = { ...ctx.body, id_token: await spoil(told) };
    earlier = told;
  }
});

provider.listen(Number(port), '127.0.0.1', () => console.log('ready', issuer));

// A real OpenID provider (npm's oidc-provider) for the tests: `node identity_provider.mjs CLIENT.json PEOPLE.json`.
// Listens on a free port of this machine and prints its issuer. PEOPLE.json, read anew at every login, has the claims of
// each person by the name they log in with; any password will do.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [clientFile, peopleFile] = process.argv.slice(2);
const people = () => JSON.parse(readFileSync(peopleFile, 'utf8'));

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [JSON.parse(readFileSync(clientFile, 'utf8'))],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email'] },
    cookies: { keys: ['only for tests'] },
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...people()[id] }) }),
  });
  server.on('request', provider.callback());
  process.stdout.write(`${issuer}\n`);
});

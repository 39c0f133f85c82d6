/**
 * Makes the TypeScript types of everything that comes over the wire, from the documents that the
 * Python side is made from: the OpenAPI document and the JSON Schemas of the events.
 *
 *     node scripts/generate-types.mjs [path of openapi.json]
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import openapiTypeScript, { astToString } from 'openapi-typescript';

const project = fileURLToPath(new URL('..', import.meta.url));
const repository = join(project, '..', '..');
const contracts = join(repository, 'packages/sentinel-core/src/sentinel_core/contracts/schemas');
const target = join(project, 'src', 'shared', 'api', 'generated');
const openapi = resolve(process.argv[2] ?? join(repository, 'docs', 'openapi.json'));
const banner = '/* Made by scripts/generate-types.mjs. Do not edit. */\n';

/** The schemas by their `$id`, which is how they refer to each other. */
function readSchemas() {
  const files = readdirSync(contracts).filter((name) => name.endsWith('.json'));
  return new Map(
    files.map((name) => {
      const schema = JSON.parse(readFileSync(join(contracts, name), 'utf8'));
      return [schema.$id, { name: name.replace(/\.json$/, ''), schema }];
    }),
  );
}

/** Lets a `$ref` to `urn:…` find the schema in this folder. */
function urnResolver(schemas) {
  return {
    order: 1,
    canRead: (file) => file.url.includes('urn:'),
    read: (file) => {
      const id = file.url.slice(file.url.indexOf('urn:')).replace(/#$/, '');
      const found = schemas.get(decodeURIComponent(id));
      if (!found) throw new Error(`no schema has the id ${id}`);
      return JSON.stringify(found.schema);
    },
  };
}

/** Gives `oneOf` branches their titles as type names. */
async function writeContracts() {
  const schemas = readSchemas();
  for (const { name, schema } of schemas.values()) {
    const text = await compile(structuredClone(schema), schema.title, {
      additionalProperties: false,
      bannerComment: banner.trim(),
      cwd: contracts,
      style: { singleQuote: true },
      $refOptions: { resolve: { urn: urnResolver(schemas) } },
    });
    writeFileSync(join(target, `${name}.ts`), text);
  }
}

async function writeClient() {
  const nodes = await openapiTypeScript(pathToFileURL(openapi));
  writeFileSync(join(target, 'openapi.ts'), banner + astToString(nodes));
}

mkdirSync(target, { recursive: true });
await writeContracts();
await writeClient();

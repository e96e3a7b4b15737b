/** `sqlite_locker FILE MILLISECONDS`: keeps a dictionary's file locked for that long. */
import process from "node:process";
import { openDatabase } from "../../dictionary/_sqlite.ts";

const [file = "", milliseconds] = process.argv.slice(-2);
const db = openDatabase(file);
db.exec("BEGIN IMMEDIATE");
console.log("locked");
setTimeout(() => {
  db.exec("ROLLBACK");
  db.close();
}, Number(milliseconds));

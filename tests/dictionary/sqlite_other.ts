/** `sqlite_other FILE`: makes a database that is not a dictionary. */
import process from "node:process";
import { openDatabase } from "../../dictionary/_sqlite.ts";

const db = openDatabase(process.argv.at(-1) ?? "");
db.exec("CREATE TABLE notes (text TEXT)");
db.close();

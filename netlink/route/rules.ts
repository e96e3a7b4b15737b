import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkObject } from "../../checks/check_object.ts";
import { checkOptions, type OptionNames } from "../../checks/option_names.ts";
import { NL } from "../constants.ts";
import { NETLINK_OPTIONS, type NetlinkOptions } from "../netlink_options.ts";
import { askRoute, familiesOf } from "./_ask.ts";
import { RTM } from "./_rtm.ts";
import { decodeRule, encodeRule, FIB_RULE_HDR_SIZE } from "./_rule.ts";
import type { NewRule, Rule } from "./rule.ts";

/** Selects rules; omitted fields match any. */
export interface RuleFilter {
  /** `AF_INET` or `AF_INET6`. */
  family?: number;
  /** The priority. */
  priority?: number;
  /** The table that it uses. */
  table?: number;
}

const LIST_OPTIONS: OptionNames<RuleFilter & NetlinkOptions> = {
  ...NETLINK_OPTIONS,
  family: true,
  priority: true,
  table: true,
};
const RULE_FIELDS: OptionNames<NewRule> = {
  family: true,
  priority: true,
  action: true,
  table: true,
  goto: true,
  not: "boolean",
  source: true,
  destination: true,
  tos: true,
  inputInterface: true,
  outputInterface: true,
  mark: true,
  markMask: true,
  l3mdev: "boolean",
  uidRange: true,
  ipProtocol: true,
  sourcePorts: true,
  destinationPorts: true,
  tunnelId: true,
  suppressPrefixLength: true,
  suppressGroup: true,
  protocol: true,
};

/**
 * Lists the rules that select routing tables: `ip rule` and `ip -6 rule`. Permission: `--allow-ffi`; no
 * capability is needed.
 *
 * @param options Which rules, and how long to wait.
 * @returns The rules, IPv4 first, then IPv6, sorted by priority.
 * @throws {SystemError} If the kernel refuses.
 * @see {@link https://man7.org/linux/man-pages/man8/ip-rule.8.html | ip-rule(8)}
 *
 * @example Usage
 * ```ts
 * import { listRules } from "@berkeley/sockets/netlink/route";
 * import { assert } from "@std/assert";
 *
 * assert((await listRules()).some(({ priority, table }) => priority === 0 && table === 255));
 * ```
 */
export async function listRules(options: RuleFilter & NetlinkOptions = {}): Promise<Rule[]> {
  checkArgumentCount("call listRules", arguments.length, "options");
  checkObject("list the rules", "options", options);
  const { family, priority, table } = options;
  const found = await askRoute("list the rules", options, async (ask) => {
    const rules: Rule[] = [];
    for (const each of familiesOf(family)) {
      const head = new Uint8Array(FIB_RULE_HDR_SIZE);
      head[0] = each;
      for (const { type, payload } of await ask("dump", RTM.GETRULE, head)) {
        if (type === RTM.NEWRULE && payload[0] === each) rules.push(decodeRule(payload));
      }
    }
    return rules;
  }, LIST_OPTIONS);
  return found.filter((rule) =>
    (priority === undefined || rule.priority === priority) && (table === undefined || rule.table === table)
  );
}

/**
 * Adds a rule: `ip rule add`. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param rule The rule. Without a table it uses main; without a priority it comes before the existing rules.
 * @param options How long to wait.
 * @throws {TypeError} If a field is invalid, or there is none besides `family`.
 * @throws {SyntaxError} If an address is invalid.
 * @throws {SystemError} If the rule exists (`EEXIST`), or it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { addRule } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => addRule({ source: "10.0.0.0/8", destination: "::/0" }), TypeError, "IPv4 and IPv6");
 * ```
 */
export async function addRule(rule: NewRule, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call addRule", arguments.length, "rule", "options");
  rule = checkOptions("add a rule", rule, RULE_FIELDS);
  refuseEmpty("add a rule", rule);
  const payload = encodeRule(rule);
  await askRoute("add a rule", options, (ask) => {
    return ask("request", RTM.NEWRULE, payload, NL.NLM_F_CREATE | NL.NLM_F_EXCL);
  });
}

/**
 * Deletes a rule: `ip rule delete`. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param rule The rule: the first one that matches is deleted. Omitted fields match any, but not all may be omitted.
 * @param options How long to wait.
 * @throws {TypeError} If a field is invalid, or there is none besides `family`.
 * @throws {SyntaxError} If an address is invalid.
 * @throws {SystemError} If there is no such rule (`ENOENT`), or it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { deleteRule } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => deleteRule({ priority: 4_000_000_000, table: 4_000_000 }), Error, "Cannot delete a rule");
 * ```
 */
export async function deleteRule(rule: NewRule, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call deleteRule", arguments.length, "rule", "options");
  rule = checkOptions("delete a rule", rule, RULE_FIELDS);
  refuseEmpty("delete a rule", rule); // the first of all rules is that of the machine's own addresses
  const payload = encodeRule(rule, true);
  await askRoute("delete a rule", options, (ask) => ask("request", RTM.DELRULE, payload));
}

function refuseEmpty(what: string, rule: NewRule): void {
  const names = Object.entries(rule).flatMap(([name, value]) => value === undefined || value === false ? [] : [name]);
  if (names.every((name) => name === "family")) {
    throw new TypeError(`Cannot ${what} of which nothing is known: pass at least one field besides family`);
  }
}

import { BlockList, isIP } from "node:net";

/** Networks that are nobody's on the open internet: this machine, its neighbours, and what is reserved. */
const closed = { ipv4: new BlockList(), ipv6: new BlockList() };
/** Closed whatever an administrator allows: in a cloud, these hand out the machine's own credentials. */
const linkLocal = new BlockList();

for (const [network, bits] of [["0.0.0.0", 8], ["10.0.0.0", 8], ["100.64.0.0", 10], ["127.0.0.0", 8], ["172.16.0.0", 12], ["192.0.0.0", 24], ["192.0.2.0", 24], ["192.88.99.0", 24], ["192.168.0.0", 16], ["198.18.0.0", 15], ["198.51.100.0", 24], ["203.0.113.0", 24], ["224.0.0.0", 3]] as const) closed.ipv4.addSubnet(network, bits, "ipv4");
// Of IPv6 only 2000::/3 is given out; in it, what carries an IPv4 address, and documentation.
for (const [network, bits] of [["::", 3], ["4000::", 2], ["8000::", 1], ["2001::", 23], ["2001:db8::", 32], ["2002::", 16], ["3fff::", 20]] as const) closed.ipv6.addSubnet(network, bits, "ipv6");
linkLocal.addSubnet("169.254.0.0", 16, "ipv4");
linkLocal.addSubnet("fe80::", 10, "ipv6");
linkLocal.addAddress("fd00:ec2::254", "ipv6");
linkLocal.addAddress("100.100.100.200", "ipv4");

export type AddressKind = "public" | "private" | "link-local";

/** What an IP address is. One in IPv6's clothes is judged as the IPv4 address it is. */
export function kindOfAddress(address: string): AddressKind {
  const bare = unmap(address.replace(/%.*$/, ""));
  const family = isIP(bare) === 6 ? "ipv6" : "ipv4";
  if (isIP(bare) === 0 || linkLocal.check(bare, family)) return "link-local";
  return closed[family].check(bare, family) ? "private" : "public";
}

function unmap(address: string): string {
  if (isIP(address) !== 6) return address;
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(written);
  if (!mapped) return address;
  const value = Number.parseInt(mapped[1] ?? "", 16) * 65_536 + Number.parseInt(mapped[2] ?? "", 16);
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join(".");
}

/** Whether a URL names a link-local address outright. */
export function isLinkLocalUrl(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  return isIP(host) !== 0 && kindOfAddress(host) === "link-local";
}

/** Names that no public server has (RFC 2606, RFC 6762, RFC 8375, and what networks use by habit). */
const INNER_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|private|localdomain|test|example|invalid|home\.arpa|svc)$/i;

/** Whether a URL's host means something outside of this network. */
export function isPublicHost(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return isIP(name) === 0 ? name.includes(".") && !INNER_NAME.test(name) : kindOfAddress(name) === "public";
}

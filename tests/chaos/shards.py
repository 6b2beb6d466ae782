"""The shard of an entity: SipHash-2-4 of its name under the zero key, mod 1,024, as base/entity_id
says it for ever; and the node that owns a shard."""

MASK = (1 << 64) - 1
SHARDS = 1024


def rotate(x, bits):
    return (x << bits | x >> (64 - bits)) & MASK


def rounds(v, count):
    a, b, c, d = v
    for _ in range(count):
        a = (a + b) & MASK
        c = (c + d) & MASK
        b = rotate(b, 13) ^ a
        d = rotate(d, 16) ^ c
        a = rotate(a, 32)
        c = (c + b) & MASK
        a = (a + d) & MASK
        b = rotate(b, 17) ^ c
        d = rotate(d, 21) ^ a
        c = rotate(c, 32)
    return a, b, c, d


def siphash(data):
    v = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
    whole = len(data) - len(data) % 8
    words = [int.from_bytes(data[i:i + 8], "little") for i in range(0, whole, 8)]
    words.append(int.from_bytes(data[whole:], "little") | (len(data) & 255) << 56)
    for word in words:
        a, b, c, d = rounds((v[0], v[1], v[2], v[3] ^ word), 2)
        v = (a ^ word, b, c, d)
    a, b, c, d = rounds((v[0], v[1], v[2] ^ 0xFF, v[3]), 4)
    return a ^ b ^ c ^ d


def shard_of(entity):
    return siphash(entity.encode()) % SHARDS


def owners(nodes):
    """The owner of each shard among nodes of equal weight, as cluster/placement says it."""
    def draw(node, shard):
        return siphash(f"{node}#0/{shard}".encode()), node

    return [max(nodes, key=lambda node: draw(node, shard)) for shard in range(SHARDS)]

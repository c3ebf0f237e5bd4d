using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace BatchLLM.Jobs;

/// <summary>
/// Finds ids seen before. Keeps 16 bytes of SHA-256 per id, about 40 MB a million: two different ids collide with
/// probability below 1e-26 at a million rows, so a false alarm is not a case to handle.
/// </summary>
internal sealed class DuplicateIds
{
    private readonly HashSet<UInt128> _seen = [];

    /// <summary>True if this id was added before.</summary>
    public bool IsDuplicate(string id) =>
        !_seen.Add(BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id))));
}

using System.Security.Cryptography;
using System.Text;

namespace BatchLLM.Cuda.Compilation;

/// <summary>What a compiled kernel source is kept under: other sources, options or architectures make other code.</summary>
/// <param name="Source">Name of the source, for people who look into the directory.</param>
/// <param name="Architecture">For example "sm_90a".</param>
/// <param name="Hash">Of source, headers and options; lower-case hexadecimal digits of SHA-256.</param>
internal sealed record CubinKey(string Source, string Architecture, string Hash)
{
    /// <summary>Name of the file that keeps what a compiler made.</summary>
    /// <param name="compiler">Its version, or * for any.</param>
    public string FileName(string compiler) => $"{Source}-{Architecture}-nvrtc{compiler}-{Hash[..32]}.cubin";

    /// <summary>Computes the key.</summary>
    /// <param name="name">The source's name.</param>
    /// <param name="source">Its text.</param>
    /// <param name="headers">All headers, in order of their names. // (file name, text)</param>
    /// <param name="architecture">For example "sm_90a".</param>
    public static CubinKey Of(string name, string source, IReadOnlyList<(string Name, string Text)> headers, string architecture)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] parts = [source, .. headers.SelectMany(h => new[] { h.Name, h.Text }), .. KernelCompiler.Options(architecture)];
        foreach (var part in parts)
        {
            // A length before each part keeps "ab", "c" apart from "a", "bc".
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return new CubinKey(name, architecture, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}

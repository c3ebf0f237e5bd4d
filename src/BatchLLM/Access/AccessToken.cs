using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace BatchLLM.Access;

/// <summary>
/// The key itself, as a client sends it: <c>bllm_</c> and 256 random bits. Only its SHA-256 is ever stored; a slow hash, as for
/// passwords, would protect nothing more, since nobody can guess one of so many.
/// </summary>
public static class AccessToken
{
    /// <summary>What every token begins with, so that scanners for lost secrets can know it.</summary>
    public const string Prefix = "bllm_";

    private const int SecretBytes = 32;

    /// <summary>A new one.</summary>
    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Its SHA-256, lower-case hexadecimal; null if the text cannot be a token.</summary>
    public static string? DigestOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(Prefix, StringComparison.Ordinal)
            && text.Length == Prefix.Length + Base64Url.GetEncodedLength(SecretBytes)
            && Base64Url.IsValid(text.AsSpan(Prefix.Length))
                ? Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)))
                : null;
    }
}

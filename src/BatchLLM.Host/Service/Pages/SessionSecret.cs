using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace BatchLLM.Host.Service.Pages;

/// <summary>What a cookie holds: 256 random bits. Only its SHA-256 is ever stored.</summary>
internal static class SessionSecret
{
    private const int Bytes = 32;

    /// <summary>A new one.</summary>
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>True if a text can be one.</summary>
    public static bool IsOne(string? text) =>
        text is not null && text.Length == Base64Url.GetEncodedLength(Bytes) && Base64Url.IsValid(text);

    /// <summary>Its SHA-256, lower-case hexadecimal.</summary>
    public static string DigestOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret)));
}

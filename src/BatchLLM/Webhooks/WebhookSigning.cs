using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BatchLLM.Webhooks;

/// <summary>Signatures of the Standard Webhooks specification, 1.0, symmetric.</summary>
public static class WebhookSigning
{
    /// <summary>What the text of every secret begins with.</summary>
    public const string SecretPrefix = "whsec_";

    private const int SecretBytes = 32;

    /// <summary>A new secret.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>A secret as receivers are given it.</summary>
    public static string Show(byte[] secret) => SecretPrefix + Convert.ToBase64String(secret);

    /// <summary>The <c>webhook-signature</c> of a message.</summary>
    /// <param name="secret">The webhook's.</param>
    /// <param name="id">The <c>webhook-id</c>.</param>
    /// <param name="seconds">The <c>webhook-timestamp</c>: when it is sent, in seconds since 1970.</param>
    /// <param name="body">Its bytes.</param>
    public static string Sign(byte[] secret, string id, long seconds, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.")));
        hash.AppendData(body);
        return "v1," + Convert.ToBase64String(hash.GetHashAndReset());
    }
}

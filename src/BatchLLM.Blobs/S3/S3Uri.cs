using System.Text.RegularExpressions;

namespace BatchLLM.Blobs.S3;

/// <summary>
/// Addresses of objects in S3 and in what speaks its protocol: <c>s3://bucket/key</c>. Globs stand bare, and characters of
/// a key that would read as globs are escaped, as in <see cref="Files.FileUri"/>. Where the service is, and what it is
/// asked with, is no part of an address (<see cref="S3Connection"/>).
/// </summary>
/// <remarks>
/// An address is stored with the job and shown, so one with a secret in it is refused, and the secret is not repeated.
/// </remarks>
public static partial class S3Uri
{
    internal const string Scheme = "s3://";

    internal const string WhereSecretsBelong =
        "Credentials stand in the environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), in a profile (AWS_PROFILE) " +
        "or in the role that this process has.";

    /// <summary>True if the text is an address in S3.</summary>
    public static bool IsRemote(string text) => text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>The stored form of what a user wrote, without a closing slash.</summary>
    /// <exception cref="BatchLLMException">It is no address of an object, or holds a secret.</exception>
    public static string FromText(string text)
    {
        RefuseSecret(text);
        return Parse(text.TrimEnd('/')).ToString();
    }

    /// <summary>The parts of an address.</summary>
    /// <exception cref="BatchLLMException">The text is none.</exception>
    internal static S3Address Parse(string uri)
    {
        var match = AddressPattern().Match(uri);
        return match.Success
            ? new S3Address(
                match.Groups["bucket"].Value,
                UriText.Escape(match.Groups["key"].Value, keepGlobs: true, keepEscapes: true))
            : throw new BatchLLMException(
                $"'{Shown(uri)}' is not the address of an object; expected s3://bucket/key, with a bucket of 3 to 63 " +
                "lower-case letters, digits, dots and hyphens.");
    }

    private static void RefuseSecret(string text)
    {
        if (UserPattern().IsMatch(text))
        {
            throw new BatchLLMException(
                $"'{Shown(text)}' names a user in front of the bucket, which would be stored with the job. " +
                $"Write s3://bucket/key. {WhereSecretsBelong}");
        }

        if (PresignedPattern().IsMatch(text))
        {
            throw new BatchLLMException(
                $"'{Shown(text)}' goes on with a signature, which would be stored with the job. " +
                $"Leave out the question mark and what follows it. {WhereSecretsBelong}");
        }
    }

    /// <summary>Only what can hold no secret: neither a query nor a user's part in front of a bucket.</summary>
    private static string Shown(string text) =>
        UserPattern().IsMatch(text) ? $"{Scheme}..." : text.Split('?')[0];

    // Buckets: "General purpose bucket naming rules" of the S3 User Guide, and the underscore that other services allow.
    [GeneratedRegex(
        @"^(?i:s3)://(?<bucket>[a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(/(?<key>.*))?$",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex AddressPattern();

    [GeneratedRegex(@"^[A-Za-z0-9]+://[^/]*@", RegexOptions.CultureInvariant)]
    private static partial Regex UserPattern();

    // Query fields of signature versions 4 and 2; a question mark that is a glob hardly has one behind it.
    [GeneratedRegex(
        @"\?(.*&)?(x-amz-(signature|credential|security-token|algorithm)|signature|awsaccesskeyid)=",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex PresignedPattern();
}

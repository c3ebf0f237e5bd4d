using System.Text.RegularExpressions;

namespace BatchLLM.Blobs.Azure;

/// <summary>
/// Addresses of Azure blobs: <c>az://account/container/name</c>, and the service's own
/// <c>https://account.blob.core.windows.net/container/name</c>, which is stored as the former. Globs stand bare, and
/// characters of a name that would read as globs are escaped, as in <see cref="Files.FileUri"/>.
/// </summary>
/// <remarks>
/// An address is stored with the job and shown, so one with a secret in it is refused, and never repeated beyond its
/// question mark.
/// </remarks>
public static partial class AzureUri
{
    internal const string Scheme = "az://";
    private const string ServiceHost = ".blob.core.windows.net";

    /// <summary>True if the text is no path and no <c>file:</c> URI, but the address of a blob on a server.</summary>
    public static bool IsRemote(string text) =>
        text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || IsHttp(text);

    /// <summary>The <c>az:</c> form of what a user wrote, without a closing slash.</summary>
    /// <exception cref="BatchLLMException">It is no address of a blob, or holds a secret.</exception>
    public static string FromText(string text)
    {
        RefuseSecret(text);
        var trimmed = text.TrimEnd('/');
        return Parse(IsHttp(trimmed) ? FromHttp(trimmed) : trimmed).ToString();
    }

    /// <summary>The parts of an <c>az:</c> address.</summary>
    /// <exception cref="BatchLLMException">The text is none.</exception>
    internal static AzureAddress Parse(string uri)
    {
        var match = AddressPattern().Match(uri);
        return match.Success
            ? new AzureAddress(
                match.Groups["account"].Value,
                match.Groups["container"].Value,
                UriText.Escape(match.Groups["name"].Value, keepGlobs: true, keepEscapes: true))
            : throw new BatchLLMException(
                $"'{Shown(uri)}' is not the address of a blob; expected az://account/container/name, with an account of " +
                "3 to 24 lower-case letters and digits.");
    }

    private static bool IsHttp(string text) =>
        text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    private static string FromHttp(string text)
    {
        var match = HttpPattern().Match(text);
        if (!match.Success)
        {
            throw new BatchLLMException(
                $"'{Shown(text)}' is not on Azure's blob service; expected https://account{ServiceHost}/container/name " +
                "or az://account/container/name, and s3://bucket/key for S3.");
        }

        return text.Contains('?', StringComparison.Ordinal)
            ? throw new BatchLLMException(
                $"'{Shown(text)}' goes on with a query; leave it out, or write az://account/container/name if the question " +
                "mark stands for any character.")
            : Scheme + match.Groups["account"].Value + match.Groups["path"].Value;
    }

    private static void RefuseSecret(string text)
    {
        if (SignaturePattern().IsMatch(text))
        {
            var account = AccountPattern().Match(text).Groups["account"].Value;
            var variable = account.Length > 0 ? AzureVariables.Sas(account) : AzureVariables.Sas("ACCOUNT");
            throw new BatchLLMException(
                $"'{Shown(text)}' goes on with a shared access signature, which would be stored with the job. " +
                $"Leave out the question mark and what follows it, and set {variable} to that instead.");
        }
    }

    /// <summary>Only what can hold no secret: neither a query nor a user's part in front of a host.</summary>
    private static string Shown(string text)
    {
        var path = text.Split('?')[0];
        return path.Contains('@', StringComparison.Ordinal) ? path.Split("//")[0] + "//..." : path;
    }

    // Account and container: "Naming and referencing containers, blobs, and metadata" of the service's REST reference.
    [GeneratedRegex(
        @"^(?i:az)://(?<account>[a-z0-9]{3,24})/(?<container>\$root|\$web|\$logs|[a-z0-9](-?[a-z0-9])+)(/(?<name>.*))?$",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex AddressPattern();

    [GeneratedRegex(
        @"^(?i:https://)(?<account>[a-z0-9]+)(?i:\.blob\.core\.windows\.net)(?<path>/[^?]*)?(\?|$)",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex HttpPattern();

    [GeneratedRegex(@"^[A-Za-z]+://(?<account>[a-z0-9]{3,24})(\.|/)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex AccountPattern();

    // Names of the signature's fields; a question mark that is a glob hardly has one and an equals sign behind it.
    [GeneratedRegex(@"\?(.*&)?(sig|sv|se|sp)=", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SignaturePattern();
}

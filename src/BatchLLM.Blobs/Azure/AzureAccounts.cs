using System.Collections.Concurrent;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;

namespace BatchLLM.Blobs.Azure;

/// <summary>
/// Clients of storage accounts, made when first asked for. An account's rights come from its connection string, else its
/// shared access signature, else from whoever this process is for Azure: a managed identity, a signed-in user.
/// </summary>
public sealed class AzureAccounts
{
    private readonly ConcurrentDictionary<string, BlobServiceClient> _clients = new(StringComparer.Ordinal);
    private readonly Func<string, string?> _variable;
    private readonly AzurePatience _patience;

    /// <summary>Creates accounts whose secrets are in the environment.</summary>
    /// <param name="variable">Value of an environment variable, or null.</param>
    public AzureAccounts(Func<string, string?> variable)
        : this(variable, new AzurePatience())
    {
    }

    internal AzureAccounts(Func<string, string?> variable, AzurePatience patience) =>
        (_variable, _patience) = (variable, patience);

    /// <summary>The client of an address's container.</summary>
    /// <exception cref="BatchLLMException">What is configured for the account cannot be right.</exception>
    internal BlobContainerClient Container(AzureAddress address) =>
        _clients.GetOrAdd(address.Account, Connect).GetBlobContainerClient(address.Container);

    /// <summary>The client of one blob.</summary>
    /// <exception cref="BatchLLMException">The address has no name, or what is configured cannot be right.</exception>
    internal BlockBlobClient Blob(AzureAddress address) => address.EscapedName.Length > 0
        ? Container(address).GetBlockBlobClient(address.Name)
        : throw new BatchLLMException($"'{address}' is a container; expected the address of a blob in it.");

    private BlobServiceClient Connect(string account)
    {
        var options = _patience.ToOptions();
        if (_variable(AzureVariables.ConnectionString(account)) is { Length: > 0 } connection)
        {
            return FromConnectionString(account, connection, options);
        }

        var service = $"https://{account}.blob.core.windows.net/";

        // In the client's address and not as a credential, so that a copy's source, which names itself, has it too.
        return _variable(AzureVariables.Sas(account)) is { Length: > 0 } sas
            ? new BlobServiceClient(FromSas(account, service, sas.Trim()), options)
            : new BlobServiceClient(new Uri(service), new DefaultAzureCredential(), options);
    }

    private static BlobServiceClient FromConnectionString(string account, string connection, BlobClientOptions options)
    {
        var name = AzureVariables.ConnectionString(account);
        if (AccountOf(connection) is { } other && other != account)
        {
            throw new BatchLLMException($"{name} is for the account '{other}'; expected one for '{account}'.");
        }

        try
        {
            return new BlobServiceClient(connection, options);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // Without the cause, which may quote the string.
            throw new BatchLLMException(
                $"{name} is not a connection string; expected AccountName={account};AccountKey=... or " +
                "BlobEndpoint=...;SharedAccessSignature=..., as the Azure portal shows it.");
        }
    }

    private static string? AccountOf(string connection) => connection.Split(';')
        .Select(part => part.Trim().Split('=', 2))
        .Where(part => part[0].Equals("AccountName", StringComparison.OrdinalIgnoreCase))
        .Select(part => part.ElementAtOrDefault(1))
        .FirstOrDefault();

    private static Uri FromSas(string account, string service, string sas) =>
        sas.Contains("sig=", StringComparison.Ordinal) && !sas.Contains("://", StringComparison.Ordinal)
            ? new Uri($"{service}?{sas.TrimStart('?')}")
            : throw new BatchLLMException(
                $"{AzureVariables.Sas(account)} is not a shared access signature; expected sv=...&sig=..., without an address.");
}

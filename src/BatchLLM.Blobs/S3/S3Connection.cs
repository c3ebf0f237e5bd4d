using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;

namespace BatchLLM.Blobs.S3;

/// <summary>
/// The client of the service, made when first asked for. Endpoint, region and credentials come the ways that AWS's own
/// tools look for them: the environment (<c>AWS_ENDPOINT_URL_S3</c>, <c>AWS_REGION</c>, <c>AWS_ACCESS_KEY_ID</c> ...),
/// the shared files and their profiles, a container's or a machine's role. Where nothing is found it asks without
/// credentials, which is enough for a public bucket.
/// </summary>
/// <remarks>
/// A configured endpoint gets the bucket in the path and not in the host's name: every service that speaks the protocol
/// knows that, and hardly one has a DNS entry for each bucket.
/// </remarks>
public sealed class S3Connection
{
    private const string DefaultRegion = "us-east-1";

    private readonly Lazy<Task<AmazonS3Client>> _client;

    /// <summary>A connection that is configured as AWS's own tools are.</summary>
    public S3Connection() => _client = new(ConnectAsync);

    internal S3Connection(AWSCredentials credentials, Uri endpoint)
    {
        IsAnonymous = credentials is AnonymousAWSCredentials;
        _client = new(() => Task.FromResult(new AmazonS3Client(credentials, WithEndpoint(new(), endpoint.AbsoluteUri))));
    }

    /// <summary>True if no credentials were found.</summary>
    internal bool IsAnonymous { get; private set; }

    /// <summary>The client.</summary>
    /// <exception cref="BatchLLMException">What is configured cannot be right.</exception>
    internal Task<AmazonS3Client> ClientAsync() => _client.Value;

    private async Task<AmazonS3Client> ConnectAsync() =>
        new(await CredentialsAsync(), Configure());

    private async Task<AWSCredentials> CredentialsAsync()
    {
        try
        {
            return await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync();
        }
        catch (AmazonClientException)
        {
            IsAnonymous = true;
            return new AnonymousAWSCredentials();
        }
    }

    private static AmazonS3Config Configure()
    {
        var config = new AmazonS3Config();
        if (ConfiguredEndpoint(config) is { Length: > 0 } endpoint)
        {
            return WithEndpoint(config, endpoint);
        }

        config.RegionEndpoint ??= RegionEndpoint.GetBySystemName(DefaultRegion);
        return Patient(config);
    }

    private static string? ConfiguredEndpoint(AmazonS3Config config)
    {
        try
        {
            return config.ServiceURL;
        }
        catch (Exception e) when (e is UriFormatException or AmazonClientException)
        {
            return "?"; // without the cause, which may quote it
        }
    }

    private static AmazonS3Config WithEndpoint(AmazonS3Config config, string endpoint)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new BatchLLMException(
                "The endpoint for S3 (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or endpoint_url of the profile) is not an " +
                "address; expected https://host or https://host:port.");
        }

        config.ServiceURL = endpoint;
        config.ForcePathStyle = true;
        config.AuthenticationRegion = FallbackRegionFactory.GetRegionEndpoint(false)?.SystemName ?? DefaultRegion;
        return Patient(config);
    }

    // Attempts are counted and timed in one place, S3Service, where Retry-After, progress and a body's rest are known.
    private static AmazonS3Config Patient(AmazonS3Config config)
    {
        config.MaxErrorRetry = 0;
        config.Timeout = ClientConfig.MaxTimeout;
        return config;
    }
}

using System.Security.Cryptography;
using Amazon.S3;

namespace BatchLLM.Blobs.S3;

/// <summary>
/// Asks the service, again where that may help. What fails for good becomes the user's sentence here.
/// </summary>
/// <param name="connection">The client.</param>
/// <param name="patience">How often, and with what delays.</param>
/// <param name="time">The clock of delays, and of a Retry-After that names a moment.</param>
internal sealed class S3Service(S3Connection connection, S3Patience patience, TimeProvider time)
{
    /// <summary>Asks for something that is answered soon, or byte by byte.</summary>
    /// <param name="verb">What is tried, for an error: "read", "write".</param>
    /// <param name="address">The object or pattern.</param>
    /// <param name="request">One attempt. It tells the clock when it hears something.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="BatchLLMException">It failed for good, or again and again.</exception>
    public Task<T> AskAsync<T>(
        string verb,
        S3Address address,
        Func<AmazonS3Client, SilenceClock, Task<T>> request,
        CancellationToken cancellationToken) =>
        AskAsync(verb, address, patience.LongestSilence, request, cancellationToken);

    /// <summary>Asks for something that the service works on for long before it answers.</summary>
    /// <inheritdoc cref="AskAsync{T}(string, S3Address, Func{AmazonS3Client, SilenceClock, Task{T}}, CancellationToken)"/>
    public Task<T> AskForWorkAsync<T>(
        string verb,
        S3Address address,
        Func<AmazonS3Client, SilenceClock, Task<T>> request,
        CancellationToken cancellationToken) =>
        AskAsync(verb, address, patience.LongestWork, request, cancellationToken);

    /// <summary>The same service, asked only once.</summary>
    public S3Service Once() => new(connection, patience with { Retries = 0 }, time);

    private async Task<T> AskAsync<T>(
        string verb,
        S3Address address,
        TimeSpan silence,
        Func<AmazonS3Client, SilenceClock, Task<T>> request,
        CancellationToken cancellationToken)
    {
        var client = await connection.ClientAsync();
        try
        {
            return await TryAsync(client, silence, request, cancellationToken);
        }
        catch (Exception e) when (S3Failure.IsOutside(e, cancellationToken))
        {
            throw S3Failure.Describe(e, verb, address, connection.IsAnonymous);
        }
    }

    private async Task<T> TryAsync<T>(
        AmazonS3Client client,
        TimeSpan silence,
        Func<AmazonS3Client, SilenceClock, Task<T>> request,
        CancellationToken cancellationToken)
    {
        for (var retry = 1; ; retry++)
        {
            TimeSpan delay;
            try
            {
                using var clock = new SilenceClock(silence, cancellationToken);
                return await request(client, clock);
            }
            catch (Exception e) when (retry <= patience.Retries && S3Failure.MayPass(e, cancellationToken))
            {
                delay = patience.Delay(retry, Chance(), S3Failure.RetryAfter(e, time.GetUtcNow()));
            }

            await Task.Delay(delay, time, cancellationToken);
        }
    }

    // Not from a seed: workers that start together must not come back together.
    private static double Chance() => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);
}

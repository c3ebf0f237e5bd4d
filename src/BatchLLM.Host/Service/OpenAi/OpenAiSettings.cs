namespace BatchLLM.Host.Service.OpenAi;

/// <summary>What the command line says of files that clients hand in.</summary>
/// <param name="DataUri">Where they are kept, and what batches make of them: an address that no job may name.</param>
/// <param name="MostFileBytes">Bytes of a file at most.</param>
internal sealed record OpenAiSettings(string DataUri, long MostFileBytes)
{
    /// <summary>Bytes of a file at most, unless something else is said: 64 GiB.</summary>
    public const long DefaultMostFileBytes = 64L << 30;
}

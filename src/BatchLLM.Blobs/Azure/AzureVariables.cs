namespace BatchLLM.Blobs.Azure;

/// <summary>
/// Names of the environment variables that hold an account's secrets. There is no other place for them: not the job
/// file, which is stored and shown, and not the command line, which every process of the machine can read.
/// </summary>
internal static class AzureVariables
{
    /// <summary>Holds a connection string of an account.</summary>
    public static string ConnectionString(string account) => $"BATCHLLM_AZURE_{account.ToUpperInvariant()}_CONNECTION_STRING";

    /// <summary>Holds a shared access signature for an account or one of its containers.</summary>
    public static string Sas(string account) => $"BATCHLLM_AZURE_{account.ToUpperInvariant()}_SAS";
}

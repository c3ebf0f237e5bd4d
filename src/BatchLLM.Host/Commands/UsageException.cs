namespace BatchLLM.Host.Commands;

/// <summary>The command line or the job file is wrong: exit code 2, nothing was started.</summary>
internal sealed class UsageException(string message) : Exception(message);

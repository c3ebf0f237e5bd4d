namespace BatchLLM.Host;

/// <summary>What the process's exit code says. Shown by <c>batchllm --help</c>.</summary>
internal static class ExitCodes
{
    /// <summary>Done; every row is ok.</summary>
    public const int Ok = 0;

    /// <summary>A file, the model, the database or the engine failed; the message says which. Nothing committed is lost.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the job file is wrong. Nothing was started.</summary>
    public const int Usage = 2;

    /// <summary>Finished, with rows that failed or were truncated.</summary>
    public const int FinishedWithBadRows = 3;

    /// <summary>Paused: a budget is spent, or a canary waits for approval.</summary>
    public const int Paused = 4;

    /// <summary>Cancelled; the receipt counts the rows that never ran as skipped.</summary>
    public const int Cancelled = 5;

    /// <summary>Interrupted by Ctrl+C or SIGTERM; the job can be resumed.</summary>
    public const int Interrupted = 130;

    /// <summary>The list for help.</summary>
    public const string Help =
        """
        Exit codes:
          0    done, every row is ok
          1    a file, the model, the database or the engine failed; nothing committed is lost
          2    the command line or the job file is wrong; nothing was started
          3    finished, with rows that failed or were truncated
          4    paused: a budget is spent, or a canary waits for approval
          5    cancelled
          130  interrupted; `batchllm resume` continues
        """;
}

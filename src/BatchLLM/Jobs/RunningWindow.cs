namespace BatchLLM.Jobs;

/// <summary>A window that is being run.</summary>
/// <param name="InTail">Completes when so few rows are left that the next window's can run beside them, or none is.</param>
/// <param name="Ended">Completes when nothing of it is under way; fails if the run did.</param>
internal sealed record RunningWindow(Task InTail, Task Ended)
{
    /// <summary>No window.</summary>
    public static RunningWindow None { get; } = new(Task.CompletedTask, Task.CompletedTask);

    /// <summary>Starts a run.</summary>
    /// <param name="runAsync">The run; calls what it is given when the tail begins.</param>
    public static RunningWindow Start(Func<Action, Task> runAsync)
    {
        var tail = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = Task.Run(() => runAsync(() => tail.TrySetResult()));

        // A run that ends without a tail has ended by then: begun beside one that failed, the next window would only be stopped.
        return new RunningWindow(Task.WhenAny(tail.Task, ended), ended);
    }
}

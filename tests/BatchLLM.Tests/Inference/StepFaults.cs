namespace BatchLLM.Tests.Inference;

/// <summary>What goes wrong at a step, for the hooks of a <see cref="ScriptedRunner"/>.</summary>
internal static class StepFaults
{
    public static void ThrowIf(bool condition, Exception exception)
    {
        if (condition)
        {
            throw exception;
        }
    }

    public static void CancelIf(bool condition, CancellationTokenSource source)
    {
        if (condition)
        {
            source.Cancel();
        }
    }
}

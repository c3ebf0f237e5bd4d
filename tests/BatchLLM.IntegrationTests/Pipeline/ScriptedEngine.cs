using System.Runtime.CompilerServices;
using BatchLLM.Inference;

namespace BatchLLM.IntegrationTests.Pipeline;

/// <summary>Completes every request with the same text, and lets a test act when three quarters of a window are done.</summary>
internal sealed class ScriptedEngine(Func<int, Task> late) : IBatchEngine
{
    public EngineLimits Limits { get; } = new(100, 100, ConcurrentRows: 1);

    /// <summary>What it says to every row.</summary>
    public string Text { get; init; } = "done";

    /// <summary>Rows run.</summary>
    public int Rows { get; private set; }

    /// <summary>Windows begun.</summary>
    public int Windows { get; private set; }

    public async IAsyncEnumerable<Generation> RunAsync(
        IReadOnlyList<InferenceRequest> window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var number = ++Windows;
        for (var i = 0; i < window.Count; i++)
        {
            if (i == window.Count * 3 / 4)
            {
                await late(number);
            }

            cancellationToken.ThrowIfCancellationRequested();
            Rows++;
            yield return new Generation(window[i].Index, Text, [1], 1, FinishReason.Stop, null);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

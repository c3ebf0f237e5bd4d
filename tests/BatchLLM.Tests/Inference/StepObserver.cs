using BatchLLM.Inference;

namespace BatchLLM.Tests.Inference;

/// <summary>Calls on the computing thread; <see cref="Progress{T}"/> would post to the thread pool.</summary>
internal sealed class StepObserver(Action<StepReport> observe) : IProgress<StepReport>
{
    public void Report(StepReport value) => observe(value);
}

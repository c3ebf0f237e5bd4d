namespace BatchLLM.Host.Display;

/// <summary>Shows readings while work is under way: live on a terminal, as plain lines anywhere else.</summary>
internal interface IProgressDisplay
{
    /// <summary>How often a reading is wanted.</summary>
    TimeSpan Interval { get; }

    /// <summary>Runs <paramref name="work"/> and shows a reading at each interval until it ends, and one at the end.</summary>
    Task ShowAsync(Func<IReading> read, Task work, TimeProvider time);
}

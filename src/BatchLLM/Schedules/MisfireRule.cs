namespace BatchLLM.Schedules;

/// <summary>What becomes of firings that were due while no server ran.</summary>
public enum MisfireRule
{
    /// <summary>The last of them is made up for, as soon as a server runs.</summary>
    RunOnce,

    /// <summary>None is made up for. One that is less than a minute late is not missed.</summary>
    Skip,
}

namespace BatchLLM.Host.Display;

/// <summary>How far some work is at one moment, ready to be shown.</summary>
internal interface IReading
{
    /// <summary>Share done, 0 to 1.</summary>
    double Share { get; }

    /// <summary>The line above the bar, as Spectre markup.</summary>
    string Heading { get; }

    /// <summary>The line below it, as Spectre markup.</summary>
    string Details { get; }

    /// <summary>The reading as one plain line.</summary>
    string ToLine();
}

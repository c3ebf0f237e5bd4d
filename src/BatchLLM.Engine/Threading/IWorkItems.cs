namespace BatchLLM.Engine.Threading;

/// <summary>Independent pieces of one stage of a step; any thread may take any piece, in any order.</summary>
internal interface IWorkItems
{
    /// <summary>How many pieces.</summary>
    int Count { get; }

    /// <summary>Computes one piece.</summary>
    /// <param name="item">Which, below <see cref="Count"/>.</param>
    /// <param name="worker">Which thread computes it, for its scratch memory.</param>
    void Run(int item, int worker);
}

using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>Decodes one page's values, nulls left out, a few at a time. A new encoding is one new subclass.</summary>
internal abstract class ValueDecoder
{
    /// <summary>Waits for the next values, where they come from another thread.</summary>
    public virtual ValueTask LoadAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// How many of the next values may be read at once, at least 1; fewer than asked where they would take too much
    /// memory side by side.
    /// </summary>
    /// <param name="most">How many may be wanted; the page may hold fewer.</param>
    public virtual int Ready(int most) => most;

    /// <summary>Puts the next values side by side at the start of the target.</summary>
    /// <param name="target">Has room for them.</param>
    /// <param name="count">At most what was <see cref="Ready"/>; the page may hold fewer, which is a fault.</param>
    public abstract void Read(ColumnValues target, int count);
}

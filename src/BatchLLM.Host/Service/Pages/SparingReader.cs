using System.Collections.Concurrent;

namespace BatchLLM.Host.Service.Pages;

/// <summary>
/// Keeps what is costly to read, while somebody looks at it every second: it is read anew when it has changed, and at least ten
/// times as long has passed as reading it took. What takes a millisecond is always new; what takes a second is up to ten old.
/// </summary>
/// <param name="time">The clock.</param>
/// <typeparam name="TVersion">Says whether it has changed.</typeparam>
/// <typeparam name="TValue">What is read.</typeparam>
internal sealed class SparingReader<TVersion, TValue>(TimeProvider time)
    where TVersion : IEquatable<TVersion>
{
    private const int Sparing = 10;

    private const int Most = 256;

    // What is not always the same for a version, such as trouble with a file, does not stay for ever.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<long, (TVersion Version, TValue Value, long Since, TimeSpan Took)> _kept = new();

    /// <summary>A job's value.</summary>
    /// <param name="job">The job.</param>
    /// <param name="version">How it stands.</param>
    /// <param name="mayBeOld">False if the value of exactly this version is needed, because nobody will ask again.</param>
    /// <param name="read">Reads it.</param>
    public async Task<TValue> ReadAsync(long job, TVersion version, bool mayBeOld, Func<Task<TValue>> read)
    {
        if (_kept.TryGetValue(job, out var kept) && IsGood(kept.Version.Equals(version), mayBeOld, time.GetElapsedTime(kept.Since), kept.Took))
        {
            return kept.Value;
        }

        var start = time.GetTimestamp();
        var value = await read();
        if (_kept.Count >= Most)
        {
            _kept.Clear();
        }

        _kept[job] = (version, value, time.GetTimestamp(), time.GetElapsedTime(start));
        return value;
    }

    private static bool IsGood(bool isSame, bool mayBeOld, TimeSpan age, TimeSpan took) =>
        age < Longest && (isSame || (mayBeOld && age < took * Sparing));
}

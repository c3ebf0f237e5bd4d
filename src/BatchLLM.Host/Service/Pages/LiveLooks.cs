using BatchLLM.Dashboard;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Looks at what pages show, once a second for all who see the same.</summary>
/// <param name="time">The clock.</param>
internal sealed class LiveLooks(TimeProvider time)
{
    /// <summary>How old a look may be.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int Most = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Since, Task<LivePage> Page)> _looks = new(StringComparer.Ordinal);

    /// <summary>Has everything looked at anew: something was changed, and the page that shows it must not be put back.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _looks.Clear();
        }
    }

    /// <summary>A look that is new, or that somebody else just had.</summary>
    /// <param name="what">What is looked at, and all that decides what is seen of it.</param>
    /// <param name="look">Looks anew; not for one caller alone, so it must not end with one.</param>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public Task<LivePage> LookAsync(string what, Func<Task<LivePage>> look)
    {
        lock (_lock)
        {
            if (_looks.TryGetValue(what, out var last) && time.GetElapsedTime(last.Since) < Interval * 0.9)
            {
                return last.Page;
            }

            if (_looks.Count >= Most)
            {
                _looks.Clear();
            }

            var page = look();
            _looks[what] = (time.GetTimestamp(), page);
            return page;
        }
    }
}

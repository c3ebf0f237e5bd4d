using System.Text;

namespace BatchLLM.Host.Service.OpenAi.Files;

/// <summary>What clients call their files: shown to them again, and part of no path.</summary>
internal static class FileNames
{
    private const int Longest = 255;

    /// <summary>The name without directories and without what a header or a terminal would trip over; null if nothing is left.</summary>
    public static string? Clean(string? name)
    {
        var last = (name ?? "").Split('/', '\\')[^1];
        var clean = string.Concat(last.EnumerateRunes().Where(letter => !Rune.IsControl(letter)).Take(Longest)).Trim();
        return clean is "" or "." or ".." ? null : clean;
    }
}

using System.Globalization;

namespace BatchLLM.Jobs.Json;

/// <summary>Paths as messages show them and <c>--set</c> takes them: keys and indexes joined by dots.</summary>
internal static class JsonPath
{
    public const string Root = "";

    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    public static string Join(string path, int index) => Join(path, index.ToString(CultureInfo.InvariantCulture));

    /// <summary>The path as a sentence's subject.</summary>
    public static string Name(string path) => path.Length == 0 ? "the job file" : path;
}

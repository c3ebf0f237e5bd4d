using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.GpuCheck.Reports;

namespace BatchLLM.GpuCheck.Peers;

/// <summary>Puts what peers.py has measured of other programs into the report, beside what was measured here on the same lengths.</summary>
internal static class PeerPart
{
    private const string OurPart = "8b";

    /// <summary>Adds the part.</summary>
    /// <param name="report">The report's file.</param>
    /// <param name="peers">What peers.py has written.</param>
    /// <param name="output">Receives the table.</param>
    /// <returns>False if the file is not what peers.py writes, or a peer failed.</returns>
    public static bool Run(string report, string peers, TextWriter output)
    {
        JsonNode? measured;
        try
        {
            measured = JsonNode.Parse(File.ReadAllText(peers));
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            output.WriteLine($"{peers}: {exception.Message}");
            return false;
        }

        var ours = OurRates(report);
        var part = new CheckReport(
            report, "peers", "ops/gpu/check.sh --only peers", new DeviceText((string?)measured!["gpu"] ?? "", (string?)measured["versions"] ?? ""), output);
        part.Add(measured["results"]!.AsArray().Select(peer => Result(peer!, ours)));
        return part.IsOk;
    }

    private static Dictionary<string, double> OurRates(string report) => new ReportFile(report).Parts()
        .Where(part => (string?)part!["part"] == OurPart).SelectMany(part => part!["results"]!.AsArray())
        .Where(result => (string?)result!["unit"] == "tokens/s" && result["value"] is not null)
        .ToDictionary(result => (string)result!["name"]!, result => (double)result!["value"]!);

    private static CheckResult Result(JsonNode peer, Dictionary<string, double> ours)
    {
        var (workload, name) = ((string)peer["workload"]!, $"{(string?)peer["workload"]}: {(string?)peer["peer"]}");
        if ((string?)peer["error"] is { } error)
        {
            return CheckResult.Of(name, false, error);
        }

        var rate = (double)peer["tokensPerSecond"]!;
        var beside = ours.TryGetValue($"{workload}: output", out var our)
            ? string.Create(CultureInfo.InvariantCulture, $"BatchLLM {Figure.Of(our)}, {our / rate:0.00} times; {(string?)peer["text"]}")
            : (string?)peer["text"] ?? "";
        return CheckResult.Measured(name, rate, "tokens/s", beside);
    }
}

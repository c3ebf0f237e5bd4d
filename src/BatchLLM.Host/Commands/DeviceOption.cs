using System.CommandLine;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary><c>--device NAME</c>, where no job says it.</summary>
internal static class DeviceOption
{
    /// <summary>The option.</summary>
    /// <param name="description">What the device is for.</param>
    public static Option<string?> Create(string description) => new("--device")
    {
        Description = $"{description} One of cpu; cuda, the first NVIDIA GPU; cuda:1 and so on for others.",
        HelpName = "name",
    };

    /// <summary>The device of one command line; null if it says none.</summary>
    /// <exception cref="UsageException">There is no such kind of device.</exception>
    public static string? Read(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is not { } name || DeviceNames.IsName(name)
        ? parsed.GetValue(option)
        : throw new UsageException($"--device {name}: expected cpu, cuda, or cuda: with the number of a GPU, such as cuda:1.");
}

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace BatchLLM.Host.Commands;

/// <summary>The usual help, then the command's examples; under the root command also the exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var result = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        output.WriteLine("Examples:");
        foreach (var example in Examples.Of(command.Name))
        {
            output.WriteLine($"  {example}");
        }

        output.WriteLine();
        if (parseResult.RootCommandResult.Command == command)
        {
            output.WriteLine(ExitCodes.Help);
            output.WriteLine();
        }

        return result;
    }
}

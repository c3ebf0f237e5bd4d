using BatchLLM.Benchmarks;

switch (args)
{
    case ["load", .. var directory]:
        LoadTime.Run(directory is [var path] ? path : null);
        return 0;
    case ["tokenizer", .. var folder]:
        TokenizerSpeed.Run(folder is [var peers] ? peers : Path.Combine("tests", "peers"));
        return 0;
    case [var modelDirectory, .. var rest]:
        EngineThroughput.Run(modelDirectory, rest is [var threads, ..] ? int.Parse(threads, null) : Environment.ProcessorCount);
        return 0;
    default:
        Console.Error.WriteLine("usage: BatchLLM.Benchmarks <model directory> [threads]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks load [model directory]");
        Console.Error.WriteLine("       BatchLLM.Benchmarks tokenizer [tests/peers]");
        return 2;
}

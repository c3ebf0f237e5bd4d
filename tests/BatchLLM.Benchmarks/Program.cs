using BatchLLM.Benchmarks;

if (args is not [var modelDirectory, .. var rest])
{
    Console.Error.WriteLine("usage: BatchLLM.Benchmarks <model directory> [threads]");
    return 2;
}

EngineThroughput.Run(modelDirectory, rest is [var threads, ..] ? int.Parse(threads, null) : Environment.ProcessorCount);
return 0;

using BatchLLM.Host.Commands;

return await CommandLine.RunAsync(args);

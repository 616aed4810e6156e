using ActorLog.Node.Cli;
using ActorLog.Node.Hosting;

return await new CommandLine(NodeProgram.RunAsync, Surroundings.OfProcess()).InvokeAsync(args);

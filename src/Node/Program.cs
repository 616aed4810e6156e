using ActorLog.Node.Cli;
using ActorLog.Node.Hosting;

return await new CommandLine(NodeProgram.RunAsync, Surroundings.OfProcess()) { Prepare = Rehearsal.Begin }.InvokeAsync(args);

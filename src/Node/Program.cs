using ActorLog.Node.Cli;

return await new CommandLine(
    static (_, _) => throw new NotSupportedException("NodeProgram.RunAsync goes here."),
    Surroundings.OfProcess()).InvokeAsync(args);

return await ActorLog.Drills.Running.DrillCommand.RunAsync(args);

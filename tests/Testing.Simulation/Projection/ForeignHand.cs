using ActorLog.Sinks.Storage;

namespace ActorLog.Testing.Simulation.Projection;

/// <summary>What other programs do to our files, through the same disk.</summary>
internal sealed class ForeignHand(ProjectionSimulation world)
{
    private int _moves;

    private static ReadOnlySpan<byte> Line => "written by someone else, who would like to keep it"u8;

    private static ReadOnlySpan<byte> Addition => "someone else's line"u8;

    /// <summary>Lines that must still stand, in files of any name.</summary>
    public int LinesLeft { get; private set; }

    /// <summary>Whether he has cut or deleted a file, perhaps with lines of his own in it.</summary>
    public bool TookAway { get; private set; }

    /// <summary>Whether he has added lines to ours.</summary>
    public bool Added { get; private set; }

    public static bool IsLine(ReadOnlySpan<byte> line) => line.SequenceEqual(Line);

    /// <summary>Whether a line is what he added to a file, or as much of it as a power loss has left.</summary>
    public static bool IsAddition(ReadOnlySpan<byte> line) => Addition.StartsWith(line);

    /// <summary>A file of another program stands where ours will be.</summary>
    public void Leave(string path)
    {
        world.Ledger.Touched(path);
        using var file = world.Memory.TryCreate(path)!;
        file.Append([.. Line, (byte)'\n']);
        file.Sync();
        world.Memory.SyncDirectory("");
        LinesLeft++;
    }

    public void Act()
    {
        var path = world.AnyPath();
        if (world.Memory.Status(path) is not { } status)
        {
            return;
        }

        world.Tally.Count(Happening.ForeignHand);
        switch (world.Random.Next(5))
        {
            case 0:
                Move(path);
                break;
            case 1:
                Move(path);
                Leave(path);
                break;
            case 2:
                TakeAway(path);
                world.Memory.Delete(path);
                world.Memory.SyncDirectory("");
                break;
            case 3:
                TakeAway(path);
                Use(path, file => file.Truncate(world.Random.NextInt64(status.Length + 1)));
                break;
            default:
                Added = true;
                world.Ledger.Touched(path);
                Use(path, static file =>
                {
                    file.Append([.. Addition, (byte)'\n']);
                    file.Sync();
                });
                break;
        }
    }

    private void Move(string path)
    {
        world.Ledger.Touched(path);
        if (!world.Ledger.IsCommitted(path))
        {
            // Only who has it open knows which file it is; when nobody has, what stands in it comes again elsewhere.
            world.Ledger.MovedUnproved(path, isOpen: world.IsOpen(path));
        }

        world.Memory.Rename(path, $"{path}.{++_moves}");
        world.Memory.SyncDirectory("");
    }

    private void TakeAway(string path)
    {
        TookAway = true;
        world.Ledger.TakenAway(path);
    }

    private void Use(string path, Action<IStoreFile> use)
    {
        using var file = world.Memory.TryOpen(path)!;
        use(file);
    }
}

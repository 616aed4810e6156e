using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Routing;

/// <summary>Takes records whose facility, severity or channel is one of a set; bit n stands for value n.</summary>
internal sealed class SetFilter : Filter
{
    private readonly uint _members;
    private readonly Field _field;

    private SetFilter(Field field, uint members)
    {
        _field = field;
        _members = members;
    }

    private enum Field
    {
        Facility,
        Severity,
        Channel,
    }

    public static Filter OnFacility(uint members) => new SetFilter(Field.Facility, members);

    public static Filter OnSeverity(uint members) => new SetFilter(Field.Severity, members);

    public static Filter OnChannel(uint members) => new SetFilter(Field.Channel, members);

    public override bool Takes(in LogRecord record)
    {
        var value = _field switch
        {
            Field.Facility => (int)record.Priority.Facility,
            Field.Severity => (int)record.Priority.Severity,
            _ => (int)record.Channel,
        };
        return (_members >> value & 1) != 0;
    }
}

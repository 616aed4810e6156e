namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>
/// Where messages of other nodes arrive: lost, repeated and out of order, as long as the faults last, and never later
/// than <see cref="MailTicksMax"/>.
/// </summary>
internal sealed class SimulatedMailbox<TMail>(DeliverySimulation world)
{
    private const long MailTicksMax = 30;

    private readonly List<(TMail Mail, long SentAt)> _mails = [];

    public int Count => _mails.Count;

    public void Clear() => _mails.Clear();

    public void Send(TMail mail)
    {
        if (!world.Lossy)
        {
            _mails.Add((mail, world.Now));
            return;
        }

        switch (world.Random.Next(60))
        {
            case 0 or 1:
                world.Tally.Count(Happening.MessageLost);
                return;
            case 2:
                world.Tally.Count(Happening.MessageRepeated);
                _mails.Add((mail, world.Now));
                break;
            case 3 or 4 when _mails.Count > 0:
                world.Tally.Count(Happening.MessageOvertook);
                _mails.Insert(world.Random.Next(_mails.Count), (mail, world.Now));
                return;
        }

        _mails.Add((mail, world.Now));
    }

    public bool TryTake(out TMail mail)
    {
        while (_mails.Count > 0)
        {
            (mail, var sentAt) = _mails[0];
            _mails.RemoveAt(0);
            if (!world.Lossy || world.Now - sentAt <= MailTicksMax)
            {
                return true;
            }

            world.Tally.Count(Happening.MessageLost);
        }

        mail = default!;
        return false;
    }
}

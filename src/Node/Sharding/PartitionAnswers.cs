using ActorLog.Protocol.Delivery;
using Akka.Actor;

namespace ActorLog.Node.Sharding;

/// <summary>
/// What a partition owes to gateways: an answer for each part on its way to the journal, for repeats of those, and for
/// questions of what is settled. Used by the partition's thread only.
/// </summary>
internal sealed class PartitionAnswers(int partition, PartitionSetup setup)
{
    private readonly Dictionary<TakePart, IActorRef> _early = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<(TakePart Part, IActorRef Gateway)> _persisting = new();
    private readonly Dictionary<string, List<(long N, IActorRef Gateway)>> _inDoubt = [];
    private readonly SettledQuestions<IActorRef> _questions = new();

    /// <summary>Answers a part.</summary>
    public void Tell(IActorRef gateway, TakePart part, PartAnswerKind kind, string reason = "", long watermark = 0) =>
        Tell(gateway, part.Origin, part.N, kind, reason, watermark);

    /// <summary>Answers a question after a part.</summary>
    /// <param name="gateway">Who asks.</param>
    /// <param name="ask">The question.</param>
    /// <param name="found">What the part would be, if it came now.</param>
    /// <param name="durable">The origin's durable watermark: the asker may have missed the answers to all before it.</param>
    public void Answer(IActorRef gateway, AskStored ask, TakeDecision found, long durable)
    {
        switch (found.Kind)
        {
            case TakeKind.Repeat:
                Tell(gateway, ask.Origin, ask.N, PartAnswerKind.Stored, watermark: durable);
                break;
            case TakeKind.RepeatInFlight:
                OweRepeat(ask.Origin, ask.N, gateway);
                break;
            default:
                Tell(gateway, ask.Origin, ask.N, PartAnswerKind.ResendAfter, watermark: found.After);
                break;
        }
    }

    /// <summary>A part came before the owner knows what it has: it waits in a stash, which goes with it when the journal cannot be read.</summary>
    public void OweEarly(TakePart part, IActorRef gateway) => _early[part] = gateway;

    /// <summary>A part that came early is answered.</summary>
    public void ForgetEarly(TakePart part) => _early.Remove(part);

    /// <summary>Parts that came early are answered in their turn from now on, or by the next incarnation.</summary>
    public void ForgetAllEarly() => _early.Clear();

    /// <summary>A part is handed to the journal.</summary>
    public void Owe(TakePart part, IActorRef gateway) => _persisting.Enqueue((part, gateway));

    /// <summary>The oldest part that was handed to the journal is durable: it, and repeats of it, are acked.</summary>
    public void TellStored(PartitionState state)
    {
        var (part, gateway) = _persisting.Dequeue();
        Tell(gateway, part, PartAnswerKind.Stored);
        if (!_inDoubt.TryGetValue(part.Origin, out var waiting))
        {
            return;
        }

        var durable = state.DurableOf(part.Origin);
        foreach (var (n, asker) in waiting.Where(w => w.N <= durable))
        {
            Tell(asker, part.Origin, n, PartAnswerKind.Stored, watermark: durable);
        }

        waiting.RemoveAll(w => w.N <= durable);
        if (waiting.Count == 0)
        {
            _inDoubt.Remove(part.Origin);
        }
    }

    /// <summary>A repeat of what is on its way, or a question after it: acked when it is durable, by whomever it comes.</summary>
    public void OweRepeat(string origin, long n, IActorRef gateway)
    {
        if (!_inDoubt.TryGetValue(origin, out var waiting))
        {
            _inDoubt.Add(origin, waiting = []);
        }

        waiting.Add((n, gateway));
    }

    /// <summary>Whether questions of what is settled wait for an event.</summary>
    public bool AreQuestionsOpen => _questions.Count > 0;

    /// <summary>Notes a question of what is settled.</summary>
    /// <param name="asker">Who asks.</param>
    /// <param name="question">What.</param>
    /// <param name="handedOver">The last number that was handed to the journal.</param>
    public void OweSettled(IActorRef asker, AskSettled question, long handedOver) => _questions.Add(asker, question, handedOver);

    /// <summary>
    /// Answers the questions that came before an event which is stored now: only an owner that was not replaced gets that far.
    /// </summary>
    public void TellSettled(PartitionState state, long storedSequenceNr, long nowTicks)
    {
        while (_questions.TryTake(storedSequenceNr, out var due))
        {
            var (asker, ask) = due;
            asker.Tell(new SettledAnswer(
                partition, ask.Origin, ask.Mark, state.SettledOf(ask.Origin, nowTicks, setup.Settings.SettleAfter)));
        }
    }

    /// <summary>
    /// The partition ends: what came early, or was handed to the journal and not answered, is in doubt, and the gateways ask
    /// again, at once and not after a timeout.
    /// </summary>
    /// <returns>The parts that it concerned.</returns>
    public IEnumerable<TakePart> TellDoubt()
    {
        while (_persisting.TryDequeue(out var doubt))
        {
            Tell(doubt.Gateway, doubt.Part, PartAnswerKind.Later, "it starts anew");
            yield return doubt.Part;
        }

        foreach (var (part, gateway) in _early)
        {
            Tell(gateway, part, PartAnswerKind.Later, "the journal cannot be read, or not be owned");
            yield return part;
        }
    }

    private void Tell(IActorRef gateway, string origin, long n, PartAnswerKind kind, string reason = "", long watermark = 0) =>
        gateway.Tell(new PartAnswer(partition, origin, n, kind, watermark, reason)
        {
            Gateway = kind == PartAnswerKind.Stored ? setup.Gateway : null,
        });
}

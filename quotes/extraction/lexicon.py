"""Word lists of the engine, as data: who can speak, how speaking is said, what is a claim.

Everything is lower case; verbs are lemmas. Weights learnt from annotated news are not here but
in ``data/cues.json``.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in text.split())


# --- names ------------------------------------------------------------------------------------

MALE_HONORIFICS = _words("mr sir lord king prince fr")
FEMALE_HONORIFICS = _words("mrs ms miss dame lady queen princess baroness")
HONORIFICS = MALE_HONORIFICS | FEMALE_HONORIFICS | _words("dr prof mx rev")
NAME_TITLES = _words(
    "president chancellor premier minister secretary senator sen representative rep congressman "
    "congresswoman governor gov mayor judge justice general gen colonel col major maj captain capt "
    "lieutenant lt sergeant sgt corporal admiral professor pastor bishop archbishop cardinal pope "
    "rabbi imam sheikh ambassador commissioner superintendent inspector detective constable "
    "councillor sheriff chief coach del delegate emperor sultan datuk tun tan tuan hon honourable "
    "advocate attorney ayatollah commander reverend doctor officer spokesman spokeswoman "
    "spokesperson taoiseach tánaiste mp"
)
TITLE_LEADERS = _words(
    "former then vice deputy acting prime foreign finance home defence defense shadow first "
    "chief under co associate assistant interior justice health education trade energy lead "
    "attorney solicitor detective police fire"
)
NAME_PARTICLES = _words("de da di del della der den van von bin al el la le du dos ibn ter ten af")
NAME_SUFFIXES = _words("jr jr. sr sr. ii iii iv qc kc sc mp phd md")
PLACE_NOUNS = _words(
    "lane street road avenue square hall falls river hills mountain mountains lake bay island "
    "islands valley bridge county town village beach creek springs heights harbour harbor station "
    "airport building tower plaza boulevard highway"
)
PLACE_LEADERS = _words("port mount monte lake fort upper lower north south east west cape isle")
DAYS_AND_MONTHS = _words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june "
    "july august september october november december today yesterday tomorrow"
)
NEVER_IN_NAMES = _words(
    "the a an i he she it they we you who and or but in on at of for to with said says is was has "
    "mr mrs ms sir if when while after before as that this these those his her their its our my "
    "campaign administration government supporters voters office team republican democrat "
    "republicans democrats nah yes yeah no ok okay"
)
NICKNAMES = (
    "joe joseph",
    "mike michael mick mickey",
    "bill william billy will",
    "bob robert bobby rob",
    "jim james jimmy jamie",
    "tom thomas tommy",
    "tim timothy",
    "chuck charles charlie",
    "jeff jeffrey geoff geoffrey",
    "ed edward ted eddie ned",
    "len leonard leo",
    "ben benjamin benny",
    "dan daniel danny",
    "dave david",
    "steve steven stephen",
    "rick richard dick rich ricky",
    "pete peter",
    "greg gregory",
    "don donald donny",
    "ron ronald",
    "sam samuel samantha sammy",
    "debbie deborah deb",
    "pat patrick patricia paddy",
    "ken kenneth kenny",
    "al albert alan",
    "tony anthony antonio",
    "andy andrew drew",
    "nick nicholas nicola",
    "liz elizabeth beth lizzie eliza",
    "kate katherine catherine kathy katie cathy",
    "sue susan susie",
    "jen jennifer jenny",
    "chris christopher christine christina",
    "matt matthew",
    "alex alexander alexandra sandy",
    "max maxwell maximilian",
    "harry harold henry",
    "jack john johnny jon jonathan",
    "larry lawrence laurence",
    "terry terence teresa theresa",
    "maggie margaret meg peggy",
    "becky rebecca",
    "vicky victoria vic",
    "phil philip phillip",
    "ray raymond",
    "gerry gerald jerry",
    "fred frederick freddie",
    "toby tobias",
    "abby abigail",
    "nat nathan nathaniel",
    "zach zachary zack",
    "josh joshua",
    "gabe gabriel",
    "doug douglas",
    "walt walter",
)
NICKNAME_GROUPS: dict[str, int] = {
    name: group for group, names in enumerate(NICKNAMES) for name in names.split()
}

# --- pronouns ----------------------------------------------------------------------------------

HE = _words("he him his himself")
SHE = _words("she her hers herself")
THEY = _words("they them their theirs themselves")
IT = _words("it its itself")
RELATIVE = _words("who which that whom whose")
FIRST_SECOND = _words("i me my mine myself we us our ours ourselves you your yours yourself")
PRONOUNS = HE | SHE | THEY | IT | RELATIVE | FIRST_SECOND

# --- who may be a source besides a name --------------------------------------------------------

ROLES = _words(
    "president chancellor premier minister secretary leader senator congressman congresswoman lady "
    "governor mayor speaker nominee candidate king queen prince princess pope chairman chairwoman "
    "chair chief director manager coach captain spokesman spokeswoman spokesperson adviser advisor "
    "aide lawyer attorney judge justice prosecutor ambassador commissioner sheriff superintendent "
    "inspector detective officer general colonel professor doctor bishop archbishop cardinal "
    "businessman businesswoman billionaire mogul tycoon executive boss founder owner editor host "
    "moderator anchor author writer actor actress singer star striker midfielder goalkeeper "
    "defender champion lawmaker politician republican democrat representative councillor "
    "politician mp mother father son daughter wife husband brother sister widow victim defendant "
    "plaintiff suspect witness headteacher principal economist analyst scientist researcher "
    "strategist pollster expert specialist farmer nurse teacher driver resident neighbour neighbor "
    "student man woman boy girl teenager pensioner ceo cfo premier taoiseach treasurer "
    "backbencher incumbent rival challenger frontrunner front-runner veteran referee umpire "
    "librarian headmistress headmaster climatologist engineer curator dealer sergeant accused "
    "historian surgeon priest barrister trustee conservator hydrologist geologist legislator "
    "reverend magistrate physician player skipper youngster academic parliamentarian solicitor "
    "partner colleague friend cousin uncle aunt grandson granddaughter girlfriend boyfriend "
    "teammate classmate deputy counsel commander"
)
FEMALE_NOUNS = _words(
    "woman girl mother wife daughter sister widow actress congresswoman chairwoman spokeswoman "
    "businesswoman queen princess lady duchess grandmother aunt niece"
)
MALE_NOUNS = _words(
    "man boy father husband son brother actor congressman chairman spokesman businessman king "
    "prince lord duke grandfather uncle nephew"
)
COLLECTIVE = _words(
    "officials critics supporters opponents experts analysts voters republicans democrats "
    "conservatives liberals sources aides advisers advisors lawmakers senators members leaders "
    "residents people reporters journalists observers authorities police prosecutors lawyers "
    "economists researchers scientists investigators witnesses activists protesters demonstrators "
    "campaigners donors strategists pollsters investors traders workers unions teachers doctors "
    "nurses parents students families neighbours neighbors friends others some many most several "
    "few americans europeans britons respondents allies diplomats executives historians "
    "evangelicals women men those pundits insiders operatives delegates locals villagers MPs "
    "mps ministers backbenchers peers councillors ratepayers taxpayers business businesses fans "
    "players users customers readers viewers skeptics sceptics everyone everybody nobody"
)
UNNAMED_HEADS = _words(
    "source official spokesman spokeswoman spokesperson aide adviser advisor person insider "
    "reporter journalist operative diplomat witness resident someone somebody man woman student "
    "voter supporter critic analyst expert one another insider lawyer attorney passer-by onlooker "
    "neighbour neighbor"
)
# Said of anybody who is spoken of, whatever else he or she is called.
ANYBODY = _words(
    "man woman boy girl teenager pensioner victim accused defendant suspect driver father mother "
    "widow veteran star player youngster"
)
_SAME_TITLES = (
    "rep representative congressman congresswoman lawmaker legislator",
    "sen senator lawmaker legislator",
    "gov governor",
    "mp lawmaker backbencher parliamentarian",
    "judge justice magistrate",
    "atty attorney lawyer solicitor barrister",
    "gen general",
    "col colonel",
    "sgt sergeant",
    "det detective",
    "insp inspector",
    "supt superintendent",
    "capt captain skipper",
    "manager coach boss",
    "chair chairman chairwoman chairperson",
    "professor prof academic",
    "dr doctor physician",
    "candidate nominee",
    "billionaire tycoon mogul businessman",
    "spokesman spokeswoman spokesperson",
    "rev reverend pastor",
    "cllr councillor councilman councilwoman",
)
SAME_TITLE: dict[str, frozenset[str]] = {}
for _titles in _SAME_TITLES:
    for _title in _titles.split():
        SAME_TITLE[_title] = SAME_TITLE.get(_title, frozenset()) | frozenset(_titles.split())
ORGANISATION_NOUNS = _words(
    "campaign committee party government administration department ministry agency court company "
    "firm group association union council university police commission board team network paper "
    "newspaper magazine outlet bank institute office service bureau army military union league "
    "club federation foundation charity church school hospital trust senate house congress "
    "parliament cabinet coalition organisation organization panel tribunal authority embassy "
    "pentagon kremlin site website publication broadcaster camp pac journal museum college airline "
    "watchdog regulator charity lobby choir"
)
DOCUMENTS = _words(
    "report study poll survey statement letter email memo document documents filing lawsuit "
    "complaint transcript article story editorial book ad advertisement release analysis review "
    "paper research figures data statistics records record ruling indictment affidavit tweet post "
    "message video website site bill law order motion petition resolution transcript audit "
    "investigation inquiry findings results census polls surveys reports studies emails brief "
    "submission speech column op-ed commentary note average index tracker tally bulletin "
    "communiqué manifesto memoir diary commentary"
)
# Nouns for the same document later in an article: "a survey", then "the poll".
_DOCUMENT_FAMILIES = (
    "poll survey polling",
    "study research paper report analysis review audit findings",
    "ruling decision opinion order judgment judgement",
    "film documentary movie",
    "lawsuit complaint filing suit petition",
    "letter memo email",
)
DOCUMENT_FAMILIES: dict[str, str] = {
    noun: family.split()[0] for family in _DOCUMENT_FAMILIES for noun in family.split()
}
# Which nouns stand for a body with this word in its name.
BODY_SYNONYMS: dict[str, tuple[str, ...]] = {
    "association": ("union", "group"),
    "federation": ("union", "group"),
    "workers": ("union",),
    "teamsters": ("union",),
    "brotherhood": ("union",),
    "guild": ("union",),
    "union": ("group",),
    "bureau": ("agency", "office"),
    "administration": ("agency",),
    "commission": ("agency", "panel"),
    "committee": ("panel",),
    "subcommittee": ("panel", "committee"),
    "board": ("panel",),
    "department": ("agency", "ministry"),
    "ministry": ("department",),
    "agency": ("office",),
    "fbi": ("bureau", "agency"),
    "cia": ("agency",),
    "inc": ("company", "firm"),
    "corp": ("company", "firm"),
    "corporation": ("company", "firm"),
    "ltd": ("company", "firm"),
    "plc": ("company", "firm"),
    "energy": ("company", "firm"),
    "coal": ("company", "firm"),
    "airlines": ("company", "airline"),
    "airways": ("company", "airline"),
    "bank": ("company",),
    "times": ("newspaper", "paper"),
    "post": ("newspaper", "paper"),
    "journal": ("newspaper", "paper", "journal"),
    "herald": ("newspaper", "paper"),
    "guardian": ("newspaper", "paper"),
    "observer": ("newspaper", "paper"),
    "tribune": ("newspaper", "paper"),
    "enquirer": ("newspaper", "paper"),
    "institute": ("group", "organisation", "organization"),
    "foundation": ("group", "charity", "organisation", "organization"),
    "trust": ("charity", "organisation", "organization"),
    "society": ("group", "charity", "organisation", "organization"),
    "fund": ("organisation", "organization"),
    "coalition": ("group",),
    "council": ("authority",),
    "club": ("team",),
    "united": ("club",),
    "city": ("club",),
}
# Bodies that are too many to tell which: "the government said".
VAGUE_BODIES = _words(
    "government administration party cabinet coalition office team service site website congress "
    "parliament senate house army military police embassy camp"
)
# Nouns that fit many bodies: only a definite one ("the company") is looked up.
COMMON_BODIES = _words(
    "company firm group organisation organization agency office authority team club bank network "
    "paper newspaper court panel board"
)
PASSIVE_SOURCES = _words("by from")

# --- how speaking is said ----------------------------------------------------------------------

# Verbs that introduce words in marks; the object is what is said.
SPEECH = _words(
    "say tell add write note ask tweet explain argue continue declare insist claim announce report "
    "reply respond state warn acknowledge recall conclude admit suggest observe remark quip joke "
    "intervene echo praise describe call stress reiterate urge complain predict concede boast "
    "shout read begin point go counter retort interject comment agree emphasise emphasize assert "
    "allege contend maintain confirm deny promise pledge vow swear whisper mutter yell scream "
    "laugh smile grin sigh cry exclaim repeat recount reveal disclose confess hint indicate "
    "signal caution advise instruct order demand request beg plead appeal answer inquire enquire "
    "wonder question query muse speculate guess estimate estimate forecast opine reason lament "
    "mourn criticise criticize condemn denounce blast slam attack accuse blame defend dismiss "
    "reject dispute rebut refute contradict correct clarify testify proclaim pronounce preach "
    "lecture brag gloat crow tease mock taunt fume rage thunder bellow snap bark growl hiss "
    "murmur mumble stammer post message text email sing chant pray tout hail laud applaud thank "
    "congratulate greet welcome apologise apologize elaborate summarise summarize recap quote "
    "cite mention reference reflect opine deadpan tweet retweet blog pen submit concur chime pipe "
    "interrupt finish start open close volunteer offer propose recommend counsel encourage "
    "lambast lambaste decry deride label dub brand term characterise characterize portray depict "
    "refer compare liken acknowledge underscore underline highlight assure reassure inform notify "
    "remind alert brief ruled rule find hold opine gush enthuse marvel rave plead explain ponder"
)
# The plainest of them: words in marks beside one of these are somebody's words, no nickname.
SPEAKING = _words(
    "say tell ask reply answer add shout announce write claim insist warn respond cry whisper "
    "yell scream tweet text explain declare state"
)
QUESTIONS = _words("ask question inquire enquire wonder query quiz press grill")
ATTITUDES = _words(
    "want wish hope fear believe think feel expect plan intend seek try attempt refuse decline "
    "support oppose back favor favour prefer like love hate consider doubt know understand "
    "remember forget realise realize worry need aim decide agree hesitate vote choose trust "
    "suspect assume imagine dream regret enjoy welcome appreciate value respect admire dislike "
    "resent reject accept endorse embrace endorse push fight show find see view regard deem judge "
    "anticipate learn discover conclude determine plot conspire resolve promise approve embolden"
)
# What is said, not only wanted or felt: everything else is an attitude that editors may hide.
STATEMENTS = (
    SPEECH
    | QUESTIONS
    | _words(
        "deny know show find conclude determine learn estimate claim assertion statement comment "
        "remark suggestion allegation accusation charge report story announcement warning promise "
        "pledge vow call argument question poll study survey rule mean testify hear read remember "
        "recollection testimony evidence speak talk discuss detail outline express chronicle "
        "chide chastise rail implore reprimand rebuke scold identify narrate relate divulge "
        "account speech tweet post interview discussion"
    )
) - _words("offer propose demand attack blame laugh smile use plead choose")
# Words of a cue without a verb of saying that still tell of something said.
SAID_BY = _words("according per reportedly allegedly purportedly apparently")
# Verbs that give a name, and those who give one to the places round them.
NAMING = _words("call name dub nickname")
LOCALS = _words("local villager resident neighbour neighbor city neighborhood neighbourhood")
NOT_SPEECH = _words("be have do make get take give come")
INTERVENING = _words("intervene interject interrupt cut jump step break")

# Who is being asked in "asked by …" and "asked if …": the man who answers.
ASKED = _words("ask press question quiz challenge")

# --- corrections -------------------------------------------------------------------------------

CORRECT_PERSON = _words("correct contradict rebut refute fact-check debunk")
CORRECTING_VERBS = CORRECT_PERSON | _words("challenge rebuke chide interrupt scold admonish")
CORRECT_CLAIM = _words(
    "deny dispute reject rebut refute contradict debunk challenge dismiss question counter "
    "disprove discredit correct rubbish repudiate disavow deride lampoon pooh-pooh pooh belie "
    "doubt decry blast slam rebuff denounce ridicule"
)
# Cues whose object is a quote only where it says something.
NEEDS_CLAIM = _words(
    "correct contradict reject dispute echo challenge open defeat carry move miss read block"
)
CLAIM_NOUNS = _words(
    "claim claims assertion assertions statement statements comment comments remark remarks "
    "suggestion suggestions allegation allegations accusation accusations account "
    "characterization characterisation contention contentions charge charges insinuation rumor "
    "rumors rumour rumours notion report reports story stories narrative theory speculation "
    "testimony lie lies falsehood falsehoods criticism criticisms figure figures estimate "
    "description argument arguments conspiracy idea finding findings version consensus conclusion "
    "assessment perception myth implication premise insinuations innuendo recollection smear"
)
WEAK_CLAIM_NOUNS = _words(
    "report story account figure estimate theory argument idea criticism testimony description "
    "narrative comment remark statement lie charge finding version consensus conclusion "
    "assessment perception premise"
)
REFLEXIVE = _words("himself herself itself themselves")
TAKING_BACK = _words(
    "walk backtrack backpedal recant retract clarify misspeak misspoke misspoken withdraw correct"
)
# What one has said and can take back, beside the claim nouns.
STATED_THINGS = _words(
    "number figure estimate remark statement word comment claim total date use term advice answer "
    "recollection assumption calculation"
)
# What one is accused of, where "denied" has a noun as its object.
DENIABLE = _words(
    "involvement wrongdoing knowledge responsibility role collusion affair link tie connection "
    "existence misconduct guilt intent plagiarism harassment assault abuse interference meddling "
    "cheating bribery fraud corruption complicity participation contact opposition misuse racism "
    "bias discrimination negligence driving damage theft murder manslaughter rape liability"
)
# Verbs of pushing back: words beside them of which one is needed, and before the claim.
PUSHING_BACK: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "push": (_words("back"), _words("on against at")),
    "fire": (_words("back"), _words("on against at")),
    "hit": (_words("back"), _words("on against at")),
    "bristle": (_words(""), _words("at")),
    "scoff": (_words(""), _words("at")),
    "bridle": (_words(""), _words("at")),
    "disagree": (_words(""), _words("with")),
    "take": (_words("issue exception"), _words("with to")),
    "cast": (_words("doubt"), _words("on")),
    "strike": (_words("down"), _words("")),
    "knock": (_words("down"), _words("")),
    "shoot": (_words("down"), _words("")),
    "bat": (_words("down away"), _words("")),
    "swat": (_words("down away"), _words("")),
    "brush": (_words("off aside away"), _words("")),
    "wave": (_words("off aside away"), _words("")),
}
# Said of somebody: that he said what is not so.
OVERSTATING = _words(
    "exaggerate overstate overplay misstate mischaracterize mischaracterise misrepresent distort "
    "fabricate misquote misinterpret misread"
)
WRONGLY = _words(
    "falsely wrongly wrongfully incorrectly erroneously mistakenly inaccurately misleadingly "
    "dishonestly"
)
MISTAKEN = _words("wrong mistaken inaccurate incorrect")
# Scorn for what was said corrects it only where the object is called a claim.
SCORNING = _words(
    "decry blast slam denounce deride ridicule lampoon rebuff question repudiate disavow dismiss "
    "reject challenge condemn"
)
NO_CLAIMS = _words("comment remark speech")
HOUSEHOLDS = _words("office team camp campaign")
PARTS = _words("all half most many much some part more none each both several any")
SPEAKS_FOR = _words(
    "spokesman spokeswoman spokesperson aide lawyer attorney representative spokespeople official "
    "adviser advisor"
)
CLAIM_VERBS = _words(
    "claim say assert allege suggest state insist argue maintain contend accuse imply insinuate "
    "declare tell report write tweet charge"
)
# A statement that another one can stand against.
CLAIMING = CLAIM_VERBS | _words("note appear seem call warn add")
# Who speaks for a principal, or stands by one.
SIDE_ROLES = SPEAKS_FOR | _words(
    "manager director strategist chairman chairwoman chair ally supporter surrogate counsel wife "
    "husband son daughter chief secretary treasurer pollster"
)
FALSE_WORDS = _words(
    "false untrue wrong incorrect inaccurate lie lies lying liar baseless unfounded bogus "
    "misleading nonsense fabricated fabrication fiction fake ridiculous absurd ludicrous "
    "unsubstantiated debunked discredited falsehood hoax myth preposterous garbage rubbish "
    "baloney laughable erroneous"
)
STRONG_FALSE = _words(
    "false untrue incorrect inaccurate lie lies lying baseless unfounded bogus fabricated "
    "fabrication unsubstantiated falsehood erroneous groundless"
)
# Says "untrue" of a claim, but of other things too.
NONSENSE = _words(
    "nonsense rubbish wrong garbage bunk preposterous absurd ridiculous laughable ludicrous hoax "
    "myth fiction fantasy baloney"
)
REPLYING = _words("counter retort reply respond rejoin")
NEGATIONS = _words("not n't n’t never no neither nor without fail decline refuse hardly")

BEGIN TRANSACTION;
CREATE TABLE coach_answer (
	session_id VARCHAR(128) NOT NULL, 
	field VARCHAR(64) NOT NULL, 
	value TEXT, 
	status VARCHAR(16) NOT NULL, 
	stale BOOLEAN NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	confidence FLOAT NOT NULL, 
	message INTEGER, 
	revision INTEGER NOT NULL, 
	quote VARCHAR, 
	PRIMARY KEY (session_id, field)
);
INSERT INTO "coach_answer" VALUES('s','goal','"Write my thesis"','given',0,'user_stated',1.0,2,1,NULL);
INSERT INTO "coach_answer" VALUES('s','measure',NULL,'declined',0,'user_stated',1.0,4,2,NULL);
INSERT INTO "coach_answer" VALUES('s','importance','9','given',0,'user_stated',1.0,6,3,'9');
INSERT INTO "coach_answer" VALUES('s','rating','3','given',0,'user_stated',1.0,12,6,'3');
CREATE TABLE coach_assumption (
	session_id VARCHAR(128) NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	content VARCHAR NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	confidence FLOAT NOT NULL, 
	related_to VARCHAR(64), 
	value TEXT, 
	status VARCHAR(16) NOT NULL, 
	message INTEGER, 
	revision INTEGER NOT NULL, 
	settled_message INTEGER, 
	settled_revision INTEGER, 
	PRIMARY KEY (session_id, id)
);
CREATE TABLE coach_context (
	session_id VARCHAR(128) NOT NULL, 
	user_id VARCHAR(200) NOT NULL, 
	flow VARCHAR(64) NOT NULL, 
	flow_version INTEGER NOT NULL, 
	flow_hash VARCHAR(64) NOT NULL, 
	stage VARCHAR(400) NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	previous_session VARCHAR(128), 
	revision INTEGER NOT NULL, 
	turns INTEGER NOT NULL, 
	messages INTEGER NOT NULL, 
	tokens INTEGER NOT NULL, 
	fence INTEGER NOT NULL, 
	lease_until INTEGER, 
	last_number INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	created_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (session_id)
);
INSERT INTO "coach_context" VALUES('s','ada','grow',1,'1283f99e865523aebd647d1ba3ac5ded3da9994f24da75a8c9eb1c69f378ee5d','reality','active',NULL,6,6,13,221,0,NULL,6,'{"finished_because":null,"undo_head":6,"turns_in_stage":1,"progress":0.25,"asks":"tried","asks_about":null,"asked":{"goal":1,"measure":1,"importance":1,"rating":2,"tried":1},"visits":[{"stage":"goal","revision":0,"before":{"goal":null,"measure":null,"importance":null}},{"stage":"reality","revision":3,"before":{"rating":null}}],"resume_points":{"reality":"goal"},"summary":null,"metadata":{}}','2026-01-05T09:00:00+00:00','2026-01-05T09:00:00+00:00');
CREATE TABLE coach_flow (
	hash VARCHAR(64) NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	definition VARCHAR NOT NULL, 
	PRIMARY KEY (hash)
);
INSERT INTO "coach_flow" VALUES('1283f99e865523aebd647d1ba3ac5ded3da9994f24da75a8c9eb1c69f378ee5d','grow',1,'{"flow":"grow","title":"GROW coaching session","about":"Goal, reality, options, will. One session, one committed next step.","start":"goal","budget":{"turns":30},"stages":{"goal":{"purpose":"Agree one goal for this session, in the person''s own words.","collect":{"goal":{"ask":"What would you like to achieve?","label":"the goal","about":"The one thing this session is for. So concrete that two people would agree on what it is.","examples":["submit my thesis by 1 June","run 5 km without stopping","have the difficult talk with my manager"],"type":"text","min_words":2},"measure":{"ask":"How will you know you got there?","label":"how to tell it is reached","about":"Something you will see, hear or be able to count.","optional":true,"examples":["the thesis is handed in","three runs a week for a month"],"type":"text"},"importance":{"ask":"How much does this matter to you, 0 to 10?","label":"how much it matters","about":"0 is not at all, 10 is nothing matters more.","type":"rating"}},"next":[{"to":"reality","when":"has(goal) and has(importance) and (has(measure) or declined(measure))","because":"the goal is clear"}]},"reality":{"purpose":"See where the person stands today, without judging and without solving yet.","collect":{"rating":{"ask":"How far along are you today, 0 to 10?","label":"where things stand today","about":"0 is not started, 10 is there.","depends_on":["goal"],"type":"rating"},"tried":{"ask":"What have you already tried, and what came of it?","label":"what was tried","optional":true,"examples":["I blocked Friday mornings, but meetings crept in","nothing yet"],"type":"text"},"obstacle":{"ask":"What stands most in your way right now?","label":"what stands in the way","about":"One real obstacle, around you or within you.","examples":["I am too tired in the evening","I do not know where to start"],"type":"text"}},"next":[{"to":"options","when":"has(rating) and has(obstacle) and (has(tried) or declined(tried))","because":"the starting point is clear"}]},"options":{"purpose":"Open up at least two ways forward before choosing one.","collect":{"options":{"ask":"What could you do? Give me at least two.","label":"the ways listed","about":"Ideas first, judgement later. A small step counts.","examples":["write for 20 minutes before breakfast, ask Sam to read a draft"],"type":"list","at_least":2},"chosen":{"ask":"Which one will you try?","label":"the chosen way","depends_on":["options"],"type":"choice","from":"options"}},"next":[{"to":"will","when":"count(options) >= 2 and has(chosen)","because":"an option is chosen"}]},"will":{"purpose":"Turn the choice into one dated action that the person means to do.","collect":{"action":{"ask":"What exactly will you do?","label":"the first step","about":"Your first step, so plain that it is obvious whether it happened.","examples":["open the draft on Monday at 7 and write one paragraph"],"type":"text"},"due":{"ask":"By when?","label":"the day for it","type":"date","future":true},"commitment":{"ask":"How committed are you, 0 to 10?","label":"how strong the commitment is","about":"Below 7 the step is too big or not the right one.","max_asks":3,"type":"rating"}},"next":[{"to":"options","when":"commitment < 7 and asked(commitment) < 3","because":"commitment is below 7","forget":["chosen","action","due","commitment"]},{"to":"done","when":"has(action) and has(due) and (commitment >= 7 or declined(commitment) or asked(commitment) >= 3)","because":"there is a committed step"}]},"done":{"purpose":"Say back the goal, the step and the day, and close warmly.","final":true},"paused":{"purpose":"Hold everything as it is until the person comes back."}},"anywhere":[{"to":"paused","because":"the person asked for a pause","trigger":"pause"},{"to":"$history","because":"the person is back","trigger":"resume","from":["paused"]}]}');
CREATE TABLE coach_message (
	session_id VARCHAR(128) NOT NULL, 
	seq INTEGER NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	content VARCHAR NOT NULL, 
	tokens INTEGER NOT NULL, 
	encoding VARCHAR(32) NOT NULL, 
	revision INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	withdrawn BOOLEAN NOT NULL, 
	PRIMARY KEY (session_id, seq)
);
INSERT INTO "coach_message" VALUES('s',1,'assistant','Hello, I am glad you are here. Goal, reality, options, will. One session, one committed next step.

What would you like to achieve?',32,'o200k_base',0,'2026-01-05T09:00:00+00:00',0);
INSERT INTO "coach_message" VALUES('s',2,'user','Write my thesis',3,'o200k_base',1,'2026-01-05T09:00:00+00:00',0);
INSERT INTO "coach_message" VALUES('s',3,'assistant','So this is what you want: "Write my thesis".

How will you know you got there?
You can also say "skip".',27,'o200k_base',1,'2026-01-05T09:00:00+00:00',0);
INSERT INTO "coach_message" VALUES('s',4,'user','skip',1,'o200k_base',2,'2026-01-05T09:00:00+00:00',0);
INSERT INTO "coach_message" VALUES('s',5,'assistant','Fine, we leave that open: how to tell it is reached.

How much does this matter to you, 0 to 10?',28,'o200k_base',2,'2026-01-05T09:00:00+00:00',0);
INSERT INTO "coach_message" VALUES('s',6,'user','9',1,'o200k_base',3,'2026-01-05T09:00:00+00:00',0);
INSERT INTO "coach_message" VALUES('s',7,'assistant','9 out of 10 for how much it matters. Thank you.

With that goal in mind, let us look at where you stand.

How far along are you today, 0 to 10?',41,'o200k_base',3,'2026-01-05T09:00:00+00:00',0);
INSERT INTO "coach_message" VALUES('s',8,'user','nine',1,'o200k_base',4,'2026-01-05T09:00:00+00:00',1);
INSERT INTO "coach_message" VALUES('s',9,'assistant','9 out of 10 today; that is where we start from.

What have you already tried, and what came of it?
You can also say "skip".',33,'o200k_base',4,'2026-01-05T09:00:00+00:00',1);
INSERT INTO "coach_message" VALUES('s',10,'user','undo',1,'o200k_base',5,'2026-01-05T09:00:00+00:00',0);
INSERT INTO "coach_message" VALUES('s',11,'assistant','I have taken that back.

How far along are you today, 0 to 10?',19,'o200k_base',5,'2026-01-05T09:00:00+00:00',0);
INSERT INTO "coach_message" VALUES('s',12,'user','3',1,'o200k_base',6,'2026-01-05T09:00:00+00:00',0);
INSERT INTO "coach_message" VALUES('s',13,'assistant','3 out of 10 today; that is where we start from.

What have you already tried, and what came of it?
You can also say "skip".',33,'o200k_base',6,'2026-01-05T09:00:00+00:00',0);
CREATE TABLE coach_schema (
	product VARCHAR(32) NOT NULL, 
	version INTEGER NOT NULL, 
	PRIMARY KEY (product)
);
INSERT INTO "coach_schema" VALUES('coachflow',1);
CREATE TABLE coach_turn (
	session_id VARCHAR(128) NOT NULL, 
	number INTEGER NOT NULL, 
	"key" VARCHAR(128) NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	text VARCHAR, 
	revision INTEGER, 
	first_seq INTEGER, 
	commands TEXT, 
	decision TEXT, 
	patch TEXT, 
	inverse TEXT, 
	snapshot TEXT, 
	at VARCHAR(32) NOT NULL, 
	done_at VARCHAR(32), 
	PRIMARY KEY (session_id, number), 
	CONSTRAINT turn_key UNIQUE (session_id, "key")
);
INSERT INTO "coach_turn" VALUES('s',0,'','done','',NULL,0,1,'[]','{"stage":"goal","rulings":[],"candidates":[{"stage":"goal","owner":"goal","rule":1,"to":"reality","trigger":null,"because":"the goal is clear","checks":[{"text":"has(goal)","verdict":"false","inputs":{"goal":null},"reason":null},{"text":"has(importance)","verdict":"false","inputs":{"importance":null},"reason":null},{"text":"has(measure) or declined(measure)","verdict":"false","inputs":{"measure":null,"declined(measure)":false},"reason":null}],"outcome":"blocked"}],"moves":[],"events":[],"asks":"goal","asks_about":null}','[{"op":"replace","path":"","value":{"session_id":"s","user_id":"ada","flow":"grow","flow_version":1,"flow_hash":"1283f99e865523aebd647d1ba3ac5ded3da9994f24da75a8c9eb1c69f378ee5d","stage":"goal","status":"active","finished_because":null,"previous_session":null,"revision":0,"undo_head":null,"turns":0,"turns_in_stage":0,"progress":0.0,"messages":1,"tokens":32,"asks":"goal","asks_about":null,"asked":{"goal":1},"answers":{},"assumptions":{},"visits":[{"stage":"goal","revision":0,"before":{}}],"resume_points":{},"summary":null,"metadata":{},"created_at":"2026-01-05T09:00:00Z","updated_at":"2026-01-05T09:00:00Z"}}]',NULL,NULL,'2026-01-05T09:00:00+00:00','2026-01-05T09:00:00+00:00');
INSERT INTO "coach_turn" VALUES('s',1,'ddf34a8fe1334526846ad875c1891e9c','done','ef698d0aaf183c13044974d6e2ed3ea424127d0cec15207939a8ceacf55d6f06',NULL,1,2,'[{"command":"set","field":"goal","value":"Write my thesis","confidence":1.0,"quote":null}]','{"stage":"goal","rulings":[{"command":{"command":"set","field":"goal","value":"Write my thesis","confidence":1.0,"quote":null},"accepted":true,"reason":""}],"candidates":[{"stage":"goal","owner":"goal","rule":1,"to":"reality","trigger":null,"because":"the goal is clear","checks":[{"text":"has(goal)","verdict":"true","inputs":{"goal":"Write my thesis"},"reason":null},{"text":"has(importance)","verdict":"false","inputs":{"importance":null},"reason":null},{"text":"has(measure) or declined(measure)","verdict":"false","inputs":{"measure":null,"declined(measure)":false},"reason":null}],"outcome":"blocked"}],"moves":[],"events":[],"asks":"measure","asks_about":null}','[{"op":"replace","path":"/revision","value":1},{"op":"replace","path":"/undo_head","value":1},{"op":"replace","path":"/turns","value":1},{"op":"replace","path":"/turns_in_stage","value":1},{"op":"replace","path":"/messages","value":3},{"op":"replace","path":"/tokens","value":62},{"op":"replace","path":"/asks","value":"measure"},{"op":"add","path":"/asked/measure","value":1},{"op":"add","path":"/answers/goal","value":{"field":"goal","value":"Write my thesis","status":"given","stale":false,"source":"user_stated","confidence":1.0,"message":2,"revision":1,"quote":null}},{"op":"replace","path":"/visits/0","value":{"stage":"goal","revision":0,"before":{"goal":null}}}]','[{"op":"replace","path":"/visits/0","value":{"stage":"goal","revision":0,"before":{}}},{"op":"remove","path":"/answers/goal"},{"op":"remove","path":"/asked/measure"},{"op":"replace","path":"/asks","value":"goal"},{"op":"replace","path":"/tokens","value":32},{"op":"replace","path":"/messages","value":1},{"op":"replace","path":"/turns_in_stage","value":0},{"op":"replace","path":"/turns","value":0},{"op":"replace","path":"/undo_head","value":null},{"op":"replace","path":"/revision","value":0}]',NULL,'2026-01-05T09:00:00+00:00','2026-01-05T09:00:00+00:00');
INSERT INTO "coach_turn" VALUES('s',2,'77c9be5f7e63443bad605070bb697af9','done','42e93b9bb77d8a73e8412111b8f3d6befab66bf48fdcdefa80bb111819aa0cb1',NULL,2,4,'[{"command":"decline","field":"measure"}]','{"stage":"goal","rulings":[{"command":{"command":"decline","field":"measure"},"accepted":true,"reason":""}],"candidates":[{"stage":"goal","owner":"goal","rule":1,"to":"reality","trigger":null,"because":"the goal is clear","checks":[{"text":"has(goal)","verdict":"true","inputs":{"goal":"Write my thesis"},"reason":null},{"text":"has(importance)","verdict":"false","inputs":{"importance":null},"reason":null},{"text":"has(measure) or declined(measure)","verdict":"true","inputs":{"measure":null,"declined(measure)":true},"reason":null}],"outcome":"blocked"}],"moves":[],"events":["skipped measure"],"asks":"importance","asks_about":null}','[{"op":"replace","path":"/revision","value":2},{"op":"replace","path":"/undo_head","value":2},{"op":"replace","path":"/turns","value":2},{"op":"replace","path":"/turns_in_stage","value":2},{"op":"replace","path":"/messages","value":5},{"op":"replace","path":"/tokens","value":91},{"op":"replace","path":"/asks","value":"importance"},{"op":"add","path":"/asked/importance","value":1},{"op":"add","path":"/answers/measure","value":{"field":"measure","value":null,"status":"declined","stale":false,"source":"user_stated","confidence":1.0,"message":4,"revision":2,"quote":null}},{"op":"replace","path":"/visits/0","value":{"stage":"goal","revision":0,"before":{"goal":null,"measure":null}}}]','[{"op":"replace","path":"/visits/0","value":{"stage":"goal","revision":0,"before":{"goal":null}}},{"op":"remove","path":"/answers/measure"},{"op":"remove","path":"/asked/importance"},{"op":"replace","path":"/asks","value":"measure"},{"op":"replace","path":"/tokens","value":62},{"op":"replace","path":"/messages","value":3},{"op":"replace","path":"/turns_in_stage","value":1},{"op":"replace","path":"/turns","value":1},{"op":"replace","path":"/undo_head","value":1},{"op":"replace","path":"/revision","value":1}]',NULL,'2026-01-05T09:00:00+00:00','2026-01-05T09:00:00+00:00');
INSERT INTO "coach_turn" VALUES('s',3,'b445f5d785a8498e9fa498a050bab611','done','19581e27de7ced00ff1ce50b2047e7a567c76b1cbaebabe5ef03f7c3017bb5b7',NULL,3,6,'[{"command":"set","field":"importance","value":9,"confidence":1.0,"quote":"9"}]','{"stage":"reality","rulings":[{"command":{"command":"set","field":"importance","value":9,"confidence":1.0,"quote":"9"},"accepted":true,"reason":""}],"candidates":[{"stage":"goal","owner":"goal","rule":1,"to":"reality","trigger":null,"because":"the goal is clear","checks":[{"text":"has(goal)","verdict":"true","inputs":{"goal":"Write my thesis"},"reason":null},{"text":"has(importance)","verdict":"true","inputs":{"importance":9},"reason":null},{"text":"has(measure) or declined(measure)","verdict":"true","inputs":{"measure":null,"declined(measure)":true},"reason":null}],"outcome":"taken"},{"stage":"reality","owner":"reality","rule":1,"to":"options","trigger":null,"because":"the starting point is clear","checks":[{"text":"has(rating)","verdict":"false","inputs":{"rating":null},"reason":null},{"text":"has(obstacle)","verdict":"false","inputs":{"obstacle":null},"reason":null},{"text":"has(tried) or declined(tried)","verdict":"false","inputs":{"tried":null,"declined(tried)":false},"reason":null}],"outcome":"blocked"}],"moves":[{"source":"goal","to":"reality","kind":"rule","because":"the goal is clear","trigger":null}],"events":[],"asks":"rating","asks_about":null}','[{"op":"replace","path":"/stage","value":"reality"},{"op":"replace","path":"/revision","value":3},{"op":"replace","path":"/undo_head","value":3},{"op":"replace","path":"/turns","value":3},{"op":"replace","path":"/turns_in_stage","value":0},{"op":"replace","path":"/progress","value":0.25},{"op":"replace","path":"/messages","value":7},{"op":"replace","path":"/tokens","value":133},{"op":"replace","path":"/asks","value":"rating"},{"op":"add","path":"/asked/rating","value":1},{"op":"add","path":"/answers/importance","value":{"field":"importance","value":9,"status":"given","stale":false,"source":"user_stated","confidence":1.0,"message":6,"revision":3,"quote":"9"}},{"op":"add","path":"/resume_points/reality","value":"goal"},{"op":"replace","path":"/visits/0","value":{"stage":"goal","revision":0,"before":{"goal":null,"measure":null,"importance":null}}},{"op":"add","path":"/visits/1","value":{"stage":"reality","revision":3,"before":{}}}]','[{"op":"remove","path":"/visits/1"},{"op":"replace","path":"/visits/0","value":{"stage":"goal","revision":0,"before":{"goal":null,"measure":null}}},{"op":"remove","path":"/resume_points/reality"},{"op":"remove","path":"/answers/importance"},{"op":"remove","path":"/asked/rating"},{"op":"replace","path":"/asks","value":"importance"},{"op":"replace","path":"/tokens","value":91},{"op":"replace","path":"/messages","value":5},{"op":"replace","path":"/progress","value":0.0},{"op":"replace","path":"/turns_in_stage","value":2},{"op":"replace","path":"/turns","value":2},{"op":"replace","path":"/undo_head","value":2},{"op":"replace","path":"/revision","value":2},{"op":"replace","path":"/stage","value":"goal"}]',NULL,'2026-01-05T09:00:00+00:00','2026-01-05T09:00:00+00:00');
INSERT INTO "coach_turn" VALUES('s',4,'87d66bf001484bbc9dea2dc7971217e2','done','edcd8e701a2df0cd66a39bae6aa156cf16fe2b9653ef65f7d31742e2352421e4',NULL,4,8,'[{"command":"set","field":"rating","value":9,"confidence":1.0,"quote":"nine"}]','{"stage":"reality","rulings":[{"command":{"command":"set","field":"rating","value":9,"confidence":1.0,"quote":"nine"},"accepted":true,"reason":""}],"candidates":[{"stage":"reality","owner":"reality","rule":1,"to":"options","trigger":null,"because":"the starting point is clear","checks":[{"text":"has(rating)","verdict":"true","inputs":{"rating":9},"reason":null},{"text":"has(obstacle)","verdict":"false","inputs":{"obstacle":null},"reason":null},{"text":"has(tried) or declined(tried)","verdict":"false","inputs":{"tried":null,"declined(tried)":false},"reason":null}],"outcome":"blocked"}],"moves":[],"events":[],"asks":"tried","asks_about":null}','[{"op":"replace","path":"/revision","value":4},{"op":"replace","path":"/undo_head","value":4},{"op":"replace","path":"/turns","value":4},{"op":"replace","path":"/turns_in_stage","value":1},{"op":"replace","path":"/messages","value":9},{"op":"replace","path":"/tokens","value":167},{"op":"replace","path":"/asks","value":"tried"},{"op":"add","path":"/asked/tried","value":1},{"op":"add","path":"/answers/rating","value":{"field":"rating","value":9,"status":"given","stale":false,"source":"user_stated","confidence":1.0,"message":8,"revision":4,"quote":"nine"}},{"op":"replace","path":"/visits/1","value":{"stage":"reality","revision":3,"before":{"rating":null}}}]','[{"op":"replace","path":"/visits/1","value":{"stage":"reality","revision":3,"before":{}}},{"op":"remove","path":"/answers/rating"},{"op":"remove","path":"/asked/tried"},{"op":"replace","path":"/asks","value":"rating"},{"op":"replace","path":"/tokens","value":133},{"op":"replace","path":"/messages","value":7},{"op":"replace","path":"/turns_in_stage","value":0},{"op":"replace","path":"/turns","value":3},{"op":"replace","path":"/undo_head","value":3},{"op":"replace","path":"/revision","value":3}]',NULL,'2026-01-05T09:00:00+00:00','2026-01-05T09:00:00+00:00');
INSERT INTO "coach_turn" VALUES('s',5,'48385dfd3b41408a956190c44ec8094f','done','f015346ae3563d83d3a9cad3223586a53d2a62b08a6a7f47d7eeeb3f89be4e90',NULL,5,10,'[{"command":"undo"}]','{"stage":"reality","rulings":[{"command":{"command":"undo"},"accepted":true,"reason":""}],"candidates":[],"moves":[],"events":["undid the last turn"],"asks":"rating","asks_about":null}','[{"op":"replace","path":"/revision","value":5},{"op":"replace","path":"/undo_head","value":3},{"op":"replace","path":"/turns","value":5},{"op":"replace","path":"/turns_in_stage","value":0},{"op":"replace","path":"/messages","value":11},{"op":"replace","path":"/tokens","value":187},{"op":"replace","path":"/asks","value":"rating"},{"op":"replace","path":"/asked/rating","value":2},{"op":"remove","path":"/asked/tried"},{"op":"remove","path":"/answers/rating"},{"op":"replace","path":"/visits/1","value":{"stage":"reality","revision":3,"before":{}}}]','[{"op":"replace","path":"/visits/1","value":{"stage":"reality","revision":3,"before":{"rating":null}}},{"op":"add","path":"/answers/rating","value":{"field":"rating","value":9,"status":"given","stale":false,"source":"user_stated","confidence":1.0,"message":8,"revision":4,"quote":"nine"}},{"op":"add","path":"/asked/tried","value":1},{"op":"replace","path":"/asked/rating","value":1},{"op":"replace","path":"/asks","value":"tried"},{"op":"replace","path":"/tokens","value":167},{"op":"replace","path":"/messages","value":9},{"op":"replace","path":"/turns_in_stage","value":1},{"op":"replace","path":"/turns","value":4},{"op":"replace","path":"/undo_head","value":4},{"op":"replace","path":"/revision","value":4}]',NULL,'2026-01-05T09:00:00+00:00','2026-01-05T09:00:00+00:00');
INSERT INTO "coach_turn" VALUES('s',6,'a084fc92913646a2ab4f9c2b0750cbe6','done','4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce',NULL,6,12,'[{"command":"set","field":"rating","value":3,"confidence":1.0,"quote":"3"}]','{"stage":"reality","rulings":[{"command":{"command":"set","field":"rating","value":3,"confidence":1.0,"quote":"3"},"accepted":true,"reason":""}],"candidates":[{"stage":"reality","owner":"reality","rule":1,"to":"options","trigger":null,"because":"the starting point is clear","checks":[{"text":"has(rating)","verdict":"true","inputs":{"rating":3},"reason":null},{"text":"has(obstacle)","verdict":"false","inputs":{"obstacle":null},"reason":null},{"text":"has(tried) or declined(tried)","verdict":"false","inputs":{"tried":null,"declined(tried)":false},"reason":null}],"outcome":"blocked"}],"moves":[],"events":[],"asks":"tried","asks_about":null}','[{"op":"replace","path":"/revision","value":6},{"op":"replace","path":"/undo_head","value":6},{"op":"replace","path":"/turns","value":6},{"op":"replace","path":"/turns_in_stage","value":1},{"op":"replace","path":"/messages","value":13},{"op":"replace","path":"/tokens","value":221},{"op":"replace","path":"/asks","value":"tried"},{"op":"add","path":"/asked/tried","value":1},{"op":"add","path":"/answers/rating","value":{"field":"rating","value":3,"status":"given","stale":false,"source":"user_stated","confidence":1.0,"message":12,"revision":6,"quote":"3"}},{"op":"replace","path":"/visits/1","value":{"stage":"reality","revision":3,"before":{"rating":null}}}]','[{"op":"replace","path":"/visits/1","value":{"stage":"reality","revision":3,"before":{}}},{"op":"remove","path":"/answers/rating"},{"op":"remove","path":"/asked/tried"},{"op":"replace","path":"/asks","value":"rating"},{"op":"replace","path":"/tokens","value":187},{"op":"replace","path":"/messages","value":11},{"op":"replace","path":"/turns_in_stage","value":0},{"op":"replace","path":"/turns","value":5},{"op":"replace","path":"/undo_head","value":3},{"op":"replace","path":"/revision","value":5}]',NULL,'2026-01-05T09:00:00+00:00','2026-01-05T09:00:00+00:00');
CREATE INDEX ix_coach_context_user_id ON coach_context (user_id);
COMMIT;
//! Each function, with everything known and with something missing.

use std::collections::BTreeMap;

use reconcile_cfn::Template;
use reconcile_cfn::intrinsics::short_form;
use reconcile_core::address::Address;
use reconcile_core::input::Value;

use super::{Evaluated, Setting};

/// What a value means where `Known` is `a`, `List` is `a,b`, and `Later` is not known yet.
fn meaning(value: &str) -> String {
    let template = format!(
        "
Parameters:
  Known: {{ Type: String }}
  Later: {{ Type: String }}
  List: {{ Type: CommaDelimitedList, Default: 'a, b' }}
Conditions:
  Is: !Equals [!Ref Known, a]
  Not: !Not [!Condition Is]
  Open: !Equals [!Ref Later, a]
  Decided: !Or [!Condition Open, !Condition Is]
  Refuted: !And [!Condition Open, !Condition Not]
  Undecided: !And [!Condition Open, !Condition Is]
Mappings:
  Map: {{ ap-northeast-1: {{ Days: 30 }} }}
Resources:
  Topic: {{ Type: AWS::SNS::Topic, Properties: {{ Value: {value} }} }}
"
    );
    let template = Template::parse(&template).unwrap();
    let pending = Value::Pending([Address::new("stacks", "kms")].into());
    let given = BTreeMap::from([
        ("Known".to_owned(), Value::Known("a".to_owned())),
        ("Later".to_owned(), pending),
    ]);
    let setting = Setting { region: "ap-northeast-1", stack_name: "data" };
    let evaluated = Evaluated::new(&template, &given, &setting);
    let value = evaluated.resources["Topic"].properties.get("Value");
    value.map_or_else(|| "nothing".to_owned(), short_form)
}

#[test]
fn refs_are_replaced_where_they_are_known() {
    assert_eq!(meaning("!Ref Known"), "a");
    assert_eq!(meaning("!Ref Later"), "!Ref Later");
    assert_eq!(meaning("!Ref List"), "[a, b]");
    assert_eq!(meaning("!Ref AWS::Region"), "ap-northeast-1");
    assert_eq!(meaning("!Ref AWS::StackName"), "data");
    assert_eq!(meaning("!Ref AWS::Partition"), "aws");
    assert_eq!(meaning("!Ref AWS::AccountId"), "!Ref AWS::AccountId");
    assert_eq!(meaning("!Ref AWS::NoValue"), "nothing");
    assert_eq!(meaning("!GetAtt Topic.Arn"), "!GetAtt Topic.Arn");
}

#[test]
fn conditions_choose_as_soon_as_they_are_decided() {
    assert_eq!(meaning("!If [Is, 1, 2]"), "1");
    assert_eq!(meaning("!If [Not, 1, 2]"), "2");
    assert_eq!(meaning("!If [Not, 1, !Ref AWS::NoValue]"), "nothing");
    assert_eq!(meaning("!If [Decided, 1, 2]"), "1");
    assert_eq!(meaning("!If [Refuted, 1, 2]"), "2");
    assert_eq!(meaning("!If [Undecided, 1, 2]"), "!If [Undecided, 1, 2]");
}

#[test]
fn an_open_condition_keeps_both_its_sides() {
    assert_eq!(meaning("!If [Open, !Ref Known, 2]"), "!If [Open, a, 2]");
    assert_eq!(meaning("!If [Open, 1, !Ref AWS::NoValue]"), "!If [Open, 1, !Ref AWS::NoValue]");
    assert_ne!(
        meaning("!If [Open, 1, !Ref AWS::NoValue]"),
        meaning("!If [Open, !Ref AWS::NoValue, 1]")
    );
}

#[test]
fn sub_puts_in_what_is_known() {
    assert_eq!(meaning("!Sub '${Known}-${AWS::Region}'"), "a-ap-northeast-1");
    assert_eq!(meaning("!Sub '${Known}-${Later}'"), "!Sub a-${Later}");
    assert_eq!(meaning("!Sub ['${Own}-${Known}', { Own: b }]"), "b-a");
    assert_eq!(meaning("!Sub ['${Own}', { Own: !Ref Known }]"), "a");
    let partly = meaning("!Sub ['${Own}-${Known}', { Own: !Ref Later }]");
    assert_eq!(partly, "!Sub [\"${Own}-a\", {Own: !Ref Later}]");
}

#[test]
fn what_sub_is_told_to_leave_alone_stays_so() {
    assert_eq!(meaning("!Sub '${!aws:username}/${Known}'"), "${aws:username}/a");
    assert_eq!(meaning("!Sub '${!aws:username}/${Later}'"), "!Sub ${!aws:username}/${Later}");
}

#[test]
fn lists_are_joined_split_and_selected_from() {
    assert_eq!(meaning("!Join ['-', [!Ref Known, b]]"), "a-b");
    assert_eq!(meaning("!Join ['-', !Ref List]"), "a-b");
    assert_eq!(meaning("!Join ['-', [!Ref Later, b]]"), "!Join [\"-\", [!Ref Later, b]]");
    assert_eq!(meaning("!Split ['-', 'a-b']"), "[a, b]");
    assert_eq!(meaning("!Select [1, !Ref List]"), "b");
    assert_eq!(meaning("!Select [0, !Split ['-', !Ref Known]]"), "a");
    assert_eq!(meaning("!Select [9, [a]]"), "!Select [9, [a]]");
}

#[test]
fn mappings_are_looked_up_where_the_keys_are_known() {
    assert_eq!(meaning("!FindInMap [Map, !Ref AWS::Region, Days]"), "30");
    assert_eq!(meaning("!FindInMap [Map, !Ref Later, Days]"), "!FindInMap [Map, !Ref Later, Days]");
    assert_eq!(meaning("!FindInMap [Map, us-east-1, Days]"), "!FindInMap [Map, us-east-1, Days]");
}

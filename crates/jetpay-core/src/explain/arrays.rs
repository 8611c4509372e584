//! A body with one of its arrays in another order.

use super::tree::Node;

/// Arrays up to this length are tried in every order.
const ALL_ORDERS: usize = 4;
/// Arrays of a body that are tried, and the longest body.
const ARRAYS: usize = 16;
const SIZE: usize = 16 * 1024;

/// `root` again and again, each time with one array in an order that it may have had.
pub(super) fn reordered<'a>(
    root: &'a Node<'a>,
    size: usize,
) -> impl Iterator<Item = Node<'a>> + 'a {
    let mut lengths = Vec::new();
    if size <= SIZE {
        collect_lengths(root, &mut lengths);
    }
    lengths.truncate(ARRAYS);
    lengths
        .into_iter()
        .enumerate()
        .flat_map(move |(at, length)| {
            orders(length).into_iter().map(move |order| {
                let mut root = root.clone();
                reorder(&mut root, &mut at.clone(), &order);
                root
            })
        })
}

fn collect_lengths(node: &Node<'_>, lengths: &mut Vec<usize>) {
    match node {
        Node::Object(fields) => {
            for (_, node) in fields {
                collect_lengths(node, lengths);
            }
        }
        Node::Array(elements) => {
            lengths.push(elements.len());
            for node in elements {
                collect_lengths(node, lengths);
            }
        }
        _ => {}
    }
}

/// Reorders the array that has `left` others before it, counted as [`collect_lengths`] does. Says whether it was there.
fn reorder(node: &mut Node<'_>, left: &mut usize, order: &[usize]) -> bool {
    match node {
        Node::Object(fields) => fields
            .iter_mut()
            .any(|(_, node)| reorder(node, left, order)),
        Node::Array(elements) => {
            if *left == 0 {
                *elements = order.iter().map(|at| elements[*at].clone()).collect();
                return true;
            }
            *left -= 1;
            elements.iter_mut().any(|node| reorder(node, left, order))
        }
        _ => false,
    }
}

/// Every order but the one that it has; for a long array, backwards and with one end moved to the other.
fn orders(length: usize) -> Vec<Vec<usize>> {
    let as_it_is: Vec<usize> = (0..length).collect();
    if length <= ALL_ORDERS {
        let mut all = permutations(&as_it_is);
        all.retain(|order| *order != as_it_is);
        return all;
    }
    let mut backwards = as_it_is.clone();
    backwards.reverse();
    let (mut left, mut right) = (as_it_is.clone(), as_it_is);
    left.rotate_left(1);
    right.rotate_right(1);
    vec![backwards, left, right]
}

fn permutations(of: &[usize]) -> Vec<Vec<usize>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (at, first) in of.iter().enumerate() {
        let rest = [&of[..at], &of[at + 1..]].concat();
        all.extend(permutations(&rest).into_iter().map(|mut order| {
            order.insert(0, *first);
            order
        }));
    }
    all
}
